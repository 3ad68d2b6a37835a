import LegacyCryptography

/// Salt and iterations of a derivation by PKCS#12's function with SHA-1 (RFC 7292 appendix B), as they stand before what is protected; at
/// the beginning of a file with a version before them.
struct BouncyCastleHeader {
    /// 1 or 2; of a key, which has none, 2.
    let version: Int
    let salt: [UInt8]
    let iterations: Int

    init(_ reader: inout ByteReader) throws(KeystoreError) {
        let version = try reader.signed32(of: "version")
        guard version == 1 || version == 2 else { throw .unsupportedVersion(version) }
        try self.init(&reader, version: version)
    }

    init(ofKey reader: inout ByteReader) throws(KeystoreError) { try self.init(&reader, version: 2) }

    private init(_ reader: inout ByteReader, version: Int) throws(KeystoreError) {
        let start = reader.offset
        salt = Array(try reader.bytes32(of: "salt"))
        guard !salt.isEmpty else { throw .malformed(field: "salt", offset: start) }
        let place = reader.offset
        iterations = try reader.signed32(of: "iterations")
        guard iterations > 0 else { throw .malformed(field: "iterations", offset: place) }
        self.version = version
    }

    /// An empty password is no bytes at all, without terminator.
    func derive(
        _ purpose: PKCS12KDF.Purpose, count: Int, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> [UInt8] {
        // Each twenty bytes of output cost all iterations once more.
        for _ in stride(from: 0, to: count, by: 20) { try budget.spend(iterations: iterations, on: "iterations") }
        var secret = password.isEmpty ? [] : password.terminatedBigEndianBytes
        defer { secret.wipe() }
        do throws(LegacyCryptographyError) {
            return try PKCS12KDF.derive(
                purpose: purpose, hash: .sha1, password: secret, salt: salt, iterations: iterations, count: count)
        } catch { throw .malformed(field: "iterations", offset: 0) }
    }

    /// Clear text with its padding still on, of a cipher in CBC mode whose key and first block are both derived.
    func decrypt(
        _ sealed: ArraySlice<UInt8>, password: KeystorePassword, keyLength: Int, blockSize: Int, budget: inout WorkBudget,
        with cipher: (ArraySlice<UInt8>, [UInt8], [UInt8]) throws(LegacyCryptographyError) -> [UInt8]
    ) throws(KeystoreError) -> [UInt8] {
        var key = try derive(.key, count: keyLength, password: password, budget: &budget)
        var iv = try derive(.iv, count: blockSize, password: password, budget: &budget)
        defer {
            key.wipe()
            iv.wipe()
        }
        do throws(LegacyCryptographyError) {
            return try cipher(sealed, key, iv)
        } catch {
            // Key and first block have the cipher's lengths: what is left is a message that is no whole number of blocks.
            throw .malformed(field: "encrypted bytes", offset: sealed.startIndex)
        }
    }
}
