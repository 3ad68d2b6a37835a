import LegacyCryptography
import StrictDER

extension ProtectedKey {
    /// The private key's PKCS#8 (RFC 5208), exactly as it was stored.
    ///
    /// Throws `keyPassword` for a wrong password or altered bytes, `keyProtection` for an algorithm that is not one of the format's own,
    /// `overLimit` when the derivation costs more than `limits` allow, and `malformed` or `truncated`. Offsets count from the beginning of
    /// the file that the key was read from.
    public func open(password: KeystorePassword, limits: KeystoreLimits = .standard) throws(KeystoreError) -> PrivateKeyInfo {
        var budget = WorkBudget(limits)
        switch protection {
        case .sun: return try SunKeyProtector.open(stored, password: password, budget: &budget)
        case .pkcs12: return try PKCS12.openPrivateKey(stored, password: password, budget: &budget)
        case .bcfks: return try BCFKS.openPrivateKey(stored, password: password, budget: &budget)
        case .bouncyCastle: return try BKS.openPrivateKey(stored, password: password, budget: &budget)
        case .pkcs8: return try PrivateKeyInfo(der: Array(stored))
        case .bouncyCastleClear: return try BKS.clearPrivateKey(stored)
        case .sealedObject, .secretBagClear: throw .malformed(field: "private key", offset: stored.startIndex)
        }
    }

    /// Whether it is stored in the clear, so that every password opens it.
    public var isInTheClear: Bool { protection == .pkcs8 || protection == .bouncyCastleClear }

    /// The key under `password` in the way of `settings`, with fresh random salts.
    ///
    /// Throws `passwordNotASCII` where SunJCE could not use the password (JCEKS), `overLimit` for keys above `sizeLimit`, `readOnlyFormat`.
    public static func protecting(
        _ key: PrivateKeyInfo, password: KeystorePassword, in settings: KeystoreSettings
    ) throws(KeystoreError) -> ProtectedKey {
        guard key.der.count <= sizeLimit else { throw .overLimit(field: "private key", found: key.der.count, limit: sizeLimit) }
        switch settings {
        case .jks: return ProtectedKey(.sun, stored: SunKeyProtector.protectForJKS(key, password: password)[...])
        case .jceks(let iterations):
            return ProtectedKey(.sun, stored: try SunKeyProtector.protectForJCEKS(key, password: password, iterations: iterations)[...])
        case .pkcs12(let settings): return try PKCS12.protect(key, password: password, settings: settings)
        case .bcfks(let settings): return try BCFKS.protect(key, password: password, settings: settings)
        case .bks, .uber: throw .readOnlyFormat(settings.format)
        }
    }
}

extension ProtectedSecretKey {
    /// The secret key. Throws as `ProtectedKey.open` does, and `forbiddenClass` for a JCEKS stream of anything but a key.
    public func open(password: KeystorePassword, limits: KeystoreLimits = .standard) throws(KeystoreError) -> SecretKey {
        var budget = WorkBudget(limits)
        switch protection {
        case .sealedObject: return try JCEKS.openSecretKey(stored, password: password, budget: &budget)
        case .pkcs12, .secretBagClear: return try PKCS12.openSecretKey(self, password: password, budget: &budget)
        case .bcfks: return try BCFKS.openSecretKey(stored, password: password, budget: &budget)
        case .bouncyCastle, .bouncyCastleClear: return try BKS.openSecretKey(self, password: password, budget: &budget)
        case .sun, .pkcs8: throw .malformed(field: "secret key", offset: stored.startIndex)
        }
    }

    public var isInTheClear: Bool { protection == .secretBagClear || protection == .bouncyCastleClear }

    /// The key under `password` in the way of `settings`. Throws `cannotHold` for JKS and for algorithms without identifier.
    public static func protecting(
        _ key: SecretKey, alias: String, password: KeystorePassword, in settings: KeystoreSettings
    ) throws(KeystoreError) -> ProtectedSecretKey {
        guard key.bytes.count <= ProtectedKey.sizeLimit else {
            throw .overLimit(field: "secret key", found: key.bytes.count, limit: ProtectedKey.sizeLimit)
        }
        switch settings {
        case .jks: throw .cannotHold(format: .jks, losses: [KeystoreLoss(alias: alias, kind: .secretKey)])
        case .jceks(let iterations):
            return ProtectedSecretKey(
                .sealedObject, stored: try JCEKS.protectSecretKey(key, password: password, iterations: iterations)[...])
        case .pkcs12, .bcfks:
            guard let identifier = key.identifier ?? SecretKeyAlgorithm.identifier(of: key.algorithm, in: settings.format) else {
                throw .cannotHold(format: settings.format, losses: [KeystoreLoss(alias: alias, kind: .secretKeyAlgorithm)])
            }
            if case .bcfks(let settings) = settings {
                return try BCFKS.protect(key, identifier: identifier, password: password, settings: settings)
            }
            guard case .pkcs12(let settings) = settings else { throw .readOnlyFormat(settings.format) }
            return try PKCS12.protect(key, identifier: identifier, password: password, settings: settings)
        case .bks, .uber: throw .readOnlyFormat(settings.format)
        }
    }
}
