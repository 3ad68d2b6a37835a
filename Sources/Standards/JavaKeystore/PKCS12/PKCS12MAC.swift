import LegacyCryptography
import StrictDER

/// MacData (RFC 7292 §4; RFC 9579 for PBMAC1): over the contents of the authenticated safe.
struct PKCS12MAC {
    enum Function {
        case pkcs12(PKCS12.Digest, salt: [UInt8], iterations: Int)
        case pbmac1(KeyDerivation, PKCS12.Digest)
    }
    let function: Function
    /// What the file says it is.
    let value: [UInt8]

    static let saltLength = 20
    /// Fewer bytes are refused (RFC 9579 §6).
    static let pbmac1KeyLengths = 20...1024

    /// Throws `unsupportedAlgorithm` for a digest that we do not know; nothing is derived.
    init(_ fields: inout DERReader) throws(KeystoreError) {
        typealias Tag = DERElement.Tag
        let read = try readingDER { () throws(DERError) in
            var data = try fields.take(Tag.sequence, "MacData").inside
            var info = try data.take(Tag.sequence, "DigestInfo").inside
            let algorithm = try AlgorithmParts(&info, "MAC algorithm")
            let value = try info.take(Tag.octetString, "MAC").content
            try info.end("DigestInfo")
            let salt = try data.takeSalt()
            let iterations = try data.takeIfPresent(Tag.integer, "MAC iterations")?.integer("MAC iterations") ?? 1
            try data.end("MacData")
            return (algorithm: algorithm, value: value, salt: salt, iterations: iterations)
        }
        value = Array(read.value)
        if PKCS12Identifiers.pbmac1 == read.algorithm.identifier {
            // Salt and iterations of MacData have no meaning here (RFC 9579 §4).
            function = try Self.pbmac1(read.algorithm.parameters)
            return
        }
        guard let digest = PKCS12.Digest.named(read.algorithm.identifier) else {
            throw .unsupportedAlgorithm(field: "MAC", oid: read.algorithm.dotted)
        }
        function = .pkcs12(digest, salt: read.salt, iterations: read.iterations)
    }

    /// PBMAC1-params (RFC 8018 appendix A.5).
    private static func pbmac1(_ parameters: ArraySlice<UInt8>) throws(KeystoreError) -> Function {
        let (derivation, scheme) = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: parameters, "PBMAC1 parameters").inside
            let parts = (try AlgorithmParts(&fields, "key derivation"), try AlgorithmParts(&fields, "MAC algorithm"))
            try fields.end("PBMAC1 parameters")
            return parts
        }
        guard let digest = PKCS12.Digest.namedAsHMAC(scheme.identifier) else {
            throw .unsupportedAlgorithm(field: "MAC", oid: scheme.dotted)
        }
        return .pbmac1(try KeyDerivation(derivation, "key derivation of the MAC"), digest)
    }

    /// Over `contents`, to be written.
    init(
        fresh settings: PKCS12.MAC, over contents: [UInt8], password: PasswordBytes
    ) throws(KeystoreError) {
        let salt = randomBytes(Self.saltLength)
        switch settings.algorithm {
        case .pkcs12(let digest): function = .pkcs12(digest, salt: salt, iterations: settings.iterations)
        case .pbmac1(let derivation, let digest):
            // RFC 9579 §6: as long as the output of the HMAC.
            let length = max(digest.size, Self.pbmac1KeyLengths.lowerBound)
            let function = KeyDerivation.Function.pbkdf2(derivation, iterations: settings.iterations)
            self.function = .pbmac1(KeyDerivation(function, salt: salt, keyLength: length), digest)
        }
        var budget = WorkBudget(.standard)
        value = try Self.value(function, over: contents[...], password: password, budget: &budget)
    }

    /// The form of the password with which the MAC fits. Throws `integrity` if none does, `overLimit` before work that costs too much.
    func verify(
        over contents: ArraySlice<UInt8>, forms: [PasswordBytes], budget: inout WorkBudget
    ) throws(KeystoreError) -> Int {
        for (index, form) in forms.enumerated() {
            if equalInConstantTime(value, try Self.value(function, over: contents, password: form, budget: &budget)) { return index }
        }
        throw .integrity
    }

    private static func value(
        _ function: Function, over contents: ArraySlice<UInt8>, password: PasswordBytes, budget: inout WorkBudget
    ) throws(KeystoreError) -> [UInt8] {
        switch function {
        case .pkcs12(let digest, let salt, let iterations):
            try budget.spend(iterations: iterations, on: "MAC iterations")
            let key: [UInt8]
            do {
                key = try PKCS12KDF.derive(
                    purpose: .mac, hash: digest.derivation, password: password.pkcs12, salt: salt, iterations: iterations,
                    count: digest.size)
            } catch { throw .malformed(field: "MAC iterations", offset: 0) }
            return digest.hmac(of: contents, key: key)
        case .pbmac1(let derivation, let digest):
            guard let length = derivation.keyLength else { throw .malformed(field: "key length of the MAC", offset: 0) }
            try budget.allow(derivedLength: length, of: "key length of the MAC")
            guard pbmac1KeyLengths.contains(length) else { throw .malformed(field: "key length of the MAC", offset: 0) }
            return digest.hmac(of: contents, key: try derivation.key(password, count: length, budget: &budget))
        }
    }

    /// nil for PBMAC1 over scrypt, which we read and do not write.
    var settings: PKCS12.MAC? {
        switch function {
        case .pkcs12(let digest, _, let iterations): return PKCS12.MAC(.pkcs12(digest), iterations: iterations)
        case .pbmac1(let derivation, let digest):
            guard case .pbkdf2(let function, let iterations) = derivation.function else { return nil }
            return PKCS12.MAC(.pbmac1(derivation: function, mac: digest), iterations: iterations)
        }
    }

    var encoded: [UInt8] {
        switch function {
        case .pkcs12(let digest, let salt, let iterations):
            let info = DER.sequence(AlgorithmParts.encode(digest.identifier), DER.octets(value))
            return DER.sequence(info, DER.octets(salt), DER.integer(iterations))
        case .pbmac1(let derivation, let digest):
            let parameters = DER.sequence(derivation.algorithmIdentifier, AlgorithmParts.encode(digest.hmacIdentifier))
            let info = DER.sequence(AlgorithmParts.encode(PKCS12Identifiers.pbmac1, parameters), DER.octets(value))
            // RFC 9579 §4: the salt has no use but must be there; one iteration, so that older readers fail at once.
            return DER.sequence(info, DER.octets(derivation.salt), DER.integer(1))
        }
    }
}
