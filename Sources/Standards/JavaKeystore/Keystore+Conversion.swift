import StrictDER

/// How a store's keys are opened and closed again when it changes its format or password.
public struct KeystoreConversion: Sendable {
    public var settings: KeystoreSettings
    /// The format that the store comes from: where that folds the case of aliases, folding it is no loss.
    public var source: KeystoreFormat
    /// What opens keys that `keyPasswords` does not name.
    public var password: KeystorePassword
    /// Passwords of entries that differ from the store's, by alias as stored.
    public var keyPasswords: [String: KeystorePassword]
    /// The password of the new store, and of keys without one of their own.
    public var newPassword: KeystorePassword
    /// Passwords that entries have in the new store, by alias as stored; entries in `keyPasswords` keep theirs by default.
    public var newKeyPasswords: [String: KeystorePassword]
    /// What may be lost. Everything else that the target cannot hold is an error.
    public var dropping: Set<KeystoreLoss.Kind>
    public var limits: KeystoreLimits

    public init(
        from source: KeystoreFormat, to settings: KeystoreSettings, password: KeystorePassword,
        keyPasswords: [String: KeystorePassword] = [:],
        newPassword: KeystorePassword? = nil, newKeyPasswords: [String: KeystorePassword]? = nil, dropping: Set<KeystoreLoss.Kind> = [],
        limits: KeystoreLimits = .standard
    ) {
        (self.source, self.settings, self.password, self.keyPasswords) = (source, settings, password, keyPasswords)
        (self.newPassword, self.newKeyPasswords) = (newPassword ?? password, newKeyPasswords ?? keyPasswords)
        (self.dropping, self.limits) = (dropping, limits)
    }
}

extension Keystore {
    /// A store with the same entries whose keys are closed as `conversion.settings` has it, ready for `write`, and what was lost on the way.
    ///
    /// Throws `cannotHold` with every loss that is not in `conversion.dropping`, before any key is opened; `keyPassword` when a key does not
    /// open. A secret key that the target cannot hold, when that may be dropped, is left out as an entry.
    public func converted(_ conversion: KeystoreConversion) throws(KeystoreError) -> (keystore: Keystore, losses: [KeystoreLoss]) {
        let format = conversion.settings.format
        guard format.isWritable else { throw .readOnlyFormat(format) }
        var losses = structuralLosses(from: conversion.source, in: format)
        let forbidden = losses.filter { !conversion.dropping.contains($0.kind) }
        guard forbidden.isEmpty else { throw .cannotHold(format: format, losses: forbidden) }

        var converted: [Entry] = []
        for entry in entries {
            guard let next = try entry.converted(conversion, losses: &losses) else { continue }
            // Of entries that fall together under one alias the last stays, as in Java.
            converted.removeAll { $0.aliasUnits == next.aliasUnits }
            converted.append(next)
        }
        return (Keystore(entries: converted), losses)
    }

    /// What `format` cannot hold, as far as it shows without opening a key.
    public func structuralLosses(from source: KeystoreFormat, in format: KeystoreFormat) -> [KeystoreLoss] {
        var losses: [KeystoreLoss] = []
        var seen: Set<[UInt16]> = []
        for entry in entries {
            func lose(_ kind: KeystoreLoss.Kind) { losses.append(KeystoreLoss(alias: entry.alias, kind: kind)) }
            let written = format.javaAlias(entry.aliasUnits)
            if written != entry.aliasUnits, !source.foldsCase { lose(.aliasCase) }
            if !seen.insert(written).inserted { lose(.duplicateAlias) }
            if format.storesTextInUTF8, !entry.alias.utf16.elementsEqual(entry.aliasUnits) { lose(.aliasText) }
            if format != .pkcs12, entry.attributes.contains(where: \.saysMore) { lose(.attributes) }
            switch entry.content {
            case .secretKey:
                if format == .jks { lose(.secretKey) }
            case .trustedCertificate(let certificate):
                if !format.storesCertificateTypes, certificate.isOfOtherType { lose(.certificateType) }
            case .privateKey(_, let chain):
                if chain.isEmpty, format == .pkcs12 || format == .bcfks { lose(.emptyChain) }
                if !format.storesCertificateTypes, chain.contains(where: \.isOfOtherType) { lose(.certificateType) }
                if format == .pkcs12, !chain.isLinked { lose(.chainOrder) }
            }
        }
        return losses
    }
}

extension KeystoreFormat {
    /// The alias as Java shows it, and as its own writer of the format puts it.
    public func javaAlias(_ units: [UInt16]) -> [UInt16] { foldsCase ? JavaLowerCase.of(units) : units }
    var storesTextInUTF8: Bool { self == .bcfks }
    var storesCertificateTypes: Bool { self == .jks || self == .jceks }
}

extension EntryAttribute {
    /// Beyond the identifier that ties a key to its certificate, which every format does in its own way.
    fileprivate var saysMore: Bool { identifier != PKCS12Identifiers.localKeyID }
}

extension StoredCertificate {
    fileprivate var isOfOtherType: Bool { type != "X.509" && type != "X509" }
}

extension [StoredCertificate] {
    /// Whether each certificate is issued by the next and only the last by itself: readers of PKCS#12 find a chain again by these names.
    fileprivate var isLinked: Bool {
        let outlines = compactMap { try? $0.outline() }
        guard outlines.count == count else { return count <= 1 }
        return zip(outlines, outlines.dropFirst()).allSatisfy { $0.issuer == $1.subject && $0.issuer != $0.subject }
    }
}

extension Keystore.Entry {
    /// nil when the entry itself may be dropped and has to be.
    fileprivate func converted(_ conversion: KeystoreConversion, losses: inout [KeystoreLoss]) throws(KeystoreError) -> Self? {
        var entry = self
        let settings = conversion.settings
        entry.aliasUnits = settings.format.javaAlias(aliasUnits)
        if settings.format != .pkcs12 { entry.attributes = [] }
        let password = conversion.keyPasswords[alias] ?? conversion.password
        let newPassword = conversion.newKeyPasswords[alias] ?? conversion.newPassword
        switch content {
        case .trustedCertificate: break
        case .privateKey(let key, let chain):
            let clear = try key.open(password: password, limits: conversion.limits)
            entry.content = .privateKey(try .protecting(clear, password: newPassword, in: settings), chain: chain)
        case .secretKey(let key):
            if settings.format == .jks { return nil }
            let clear = try key.open(password: password, limits: conversion.limits)
            do throws(KeystoreError) {
                entry.content = .secretKey(try .protecting(clear, alias: alias, password: newPassword, in: settings))
            } catch {
                guard case .cannotHold(_, let found) = error, found.allSatisfy({ conversion.dropping.contains($0.kind) }) else {
                    throw error
                }
                losses += found
                return nil
            }
        }
        return entry
    }
}
