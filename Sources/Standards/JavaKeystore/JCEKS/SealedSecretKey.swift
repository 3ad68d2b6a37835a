import StrictDER

/// A secret key as JCEKS keeps it: a serialized `SealedObjectForKeyProtector`, in whose cipher text a second stream holds the key.
struct SealedSecretKey {
    static let algorithm = "PBEWithMD5AndTripleDES"

    let scheme: PBEWithMD5AndTripleDES
    let sealed: ArraySlice<UInt8>

    /// The bytes of one stream, and nothing behind it.
    init(_ stored: ArraySlice<UInt8>) throws(KeystoreError) {
        var reader = ByteReader(stored)
        let value = try JavaObjectStream.read(from: &reader)
        guard reader.rest.isEmpty else { throw .malformed(field: "end of the secret key", offset: reader.offset) }
        guard case .object(.sealedObjectForKeyProtector, let fields) = value, case .bytes(let parameters)? = fields["encodedParams"],
            case .bytes(let sealed)? = fields["encryptedContent"]
        else { throw .malformed(field: "secret key", offset: stored.startIndex) }
        for name in ["paramsAlg", "sealAlg"] {
            guard case .text(let units)? = fields[name] else { throw .malformed(field: name, offset: stored.startIndex) }
            let found = String(decoding: units, as: UTF16.self)
            guard found == Self.algorithm else { throw .keyProtection(oid: String(found.prefix(100))) }
        }
        (scheme, self.sealed) = (try PBEWithMD5AndTripleDES(parameters: parameters), sealed)
    }

    func open(password: KeystorePassword, budget: inout WorkBudget) throws(KeystoreError) -> SecretKey {
        // Garbage has no header, so a header with a wrong content is not a matter of the password.
        let opened: Result<SecretKey, KeystoreError> = try scheme.open(sealed, password: password, budget: &budget) {
            clear -> Result<SecretKey, KeystoreError>? in
            guard clear.starts(with: JavaObjectStream.header) else { return nil }
            do throws(KeystoreError) { return .success(try Self.key(clear)) } catch { return .failure(error) }
        }
        return try opened.get()
    }

    /// Either a `SecretKeySpec`, or the `KeyRep` by which SunJCE's own key classes replace themselves.
    private static func key(_ clear: [UInt8]) throws(KeystoreError) -> SecretKey {
        var reader = ByteReader(clear[...])
        let value = try JavaObjectStream.read(from: &reader)
        guard reader.rest.isEmpty, case .object(let type, let fields) = value, case .text(let algorithm)? = fields["algorithm"] else {
            throw .malformed(field: "secret key", offset: 0)
        }
        let bytes: ArraySlice<UInt8>
        switch (type, fields["key"], fields["encoded"]) {
        case (.secretKeySpec, .bytes(let key)?, _): bytes = key
        case (.keyRep, _, .bytes(let encoded)?):
            // A KeyRep may hold a public or private key as well; an entry for secret keys does not.
            guard case .constant(.keyRepType, let name)? = fields["type"], String(decoding: name, as: UTF16.self) == "SECRET",
                case .text(let format)? = fields["format"], String(decoding: format, as: UTF16.self) == "RAW"
            else { throw .malformed(field: "secret key", offset: 0) }
            bytes = encoded
        default: throw .malformed(field: "secret key", offset: 0)
        }
        return SecretKey(algorithm: String(decoding: algorithm, as: UTF16.self), bytes: Array(bytes))
    }

    /// The stream that JDK 17 writes for a `SecretKeySpec`, sealed.
    static func stream(_ key: SecretKey, password: KeystorePassword, iterations: Int) throws(KeystoreError) -> [UInt8] {
        var inner = JavaObjectWriter()
        try inner.object(.secretKeySpec, values: [.text(Array(key.algorithm.utf16)), .bytes(key.bytes[...])])
        let scheme = PBEWithMD5AndTripleDES(iterations: iterations)
        let sealed = try scheme.protect(inner.bytes, password: password)
        let name = JavaValue.text(Array(Self.algorithm.utf16))
        var outer = JavaObjectWriter()
        try outer.object(.sealedObjectForKeyProtector, values: [.bytes(scheme.parameters[...]), .bytes(sealed[...]), name, name])
        return outer.bytes
    }
}
