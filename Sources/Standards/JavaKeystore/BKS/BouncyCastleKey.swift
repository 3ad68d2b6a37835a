import LegacyCryptography

/// A key as BKS and UBER encode it, in the clear or sealed:
///
///     0 private, 1 public, 2 secret · format `PKCS#8`, `X.509` or `RAW` · algorithm · length, bytes
///     sealed: length, salt · iterations · that under PBEWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C)
struct BouncyCastleKey {
    enum Kind: UInt8 { case privateKey, publicKey, secretKey }

    let kind: Kind
    private let format: String
    private let algorithm: String
    private let bytes: ArraySlice<UInt8>

    private init(_ reader: inout ByteReader) throws(KeystoreError) {
        let start = reader.offset
        guard let kind = Kind(rawValue: try reader.byte(of: "kind of the key")) else {
            throw .malformed(field: "kind of the key", offset: start)
        }
        self.kind = kind
        format = String(decoding: try reader.modifiedUTF8(of: "format of the key"), as: UTF16.self)
        algorithm = String(decoding: try reader.modifiedUTF8(of: "algorithm of the key"), as: UTF16.self)
        bytes = try reader.bytes32(of: "key")
    }

    /// The key that comes next, and all the bytes that it takes.
    static func read(from reader: inout ByteReader) throws(KeystoreError) -> (key: BouncyCastleKey, stored: ArraySlice<UInt8>) {
        let stored = reader.rest
        let key = try BouncyCastleKey(&reader)
        return (key, stored[..<reader.offset])
    }

    init(clear stored: ArraySlice<UInt8>) throws(KeystoreError) {
        var reader = ByteReader(stored)
        try self.init(&reader)
        guard reader.rest.isEmpty else { throw .malformed(field: "end of the key", offset: reader.offset) }
    }

    /// There is no integrity beyond the padding, so what comes out is a key only if it parses. Throws `keyPassword` otherwise.
    init(sealed stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget) throws(KeystoreError) {
        guard stored.count <= ProtectedKey.sizeLimit else {
            throw .overLimit(field: "sealed key", found: stored.count, limit: ProtectedKey.sizeLimit)
        }
        var reader = ByteReader(stored)
        let header = try BouncyCastleHeader(ofKey: &reader)
        guard !reader.rest.isEmpty else { throw .truncated(field: "sealed key", offset: reader.offset) }
        let padded = try header.decrypt(
            reader.rest, password: password, keyLength: 24, blockSize: 8, budget: &budget, with: InsecureTripleDES.decryptCBC)
        guard let clear = PKCS7Padding.remove(from: padded, blockSize: 8), let key = try? BouncyCastleKey(clear: clear[...]) else {
            throw .keyPassword
        }
        self = key
    }

    /// Throws `malformed` for another kind of key.
    func privateKey() throws(KeystoreError) -> PrivateKeyInfo {
        guard kind == .privateKey, ["PKCS#8", "PKCS8"].contains(format) else {
            throw .malformed(field: "kind of the key", offset: bytes.startIndex)
        }
        return try PrivateKeyInfo(der: Array(bytes))
    }

    /// Throws `malformed` for another kind of key.
    func secretKey() throws(KeystoreError) -> SecretKey {
        guard kind == .secretKey, format == "RAW" else { throw .malformed(field: "kind of the key", offset: bytes.startIndex) }
        return SecretKey(algorithm: algorithm, bytes: Array(bytes))
    }

    /// A secret key of an algorithm that nobody noted.
    static func encode(secret: ArraySlice<UInt8>) throws(KeystoreError) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.append(Kind.secretKey.rawValue)
        try writer.text(Array("RAW".utf16), of: "format of the key")
        try writer.text([], of: "algorithm of the key")
        try writer.bytes32(secret, of: "key")
        return writer.bytes
    }
}
