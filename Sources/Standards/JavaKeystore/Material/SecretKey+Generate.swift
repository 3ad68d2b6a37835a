extension SecretKey {
    /// A random key. `algorithm` is Java's name: `AES` of 128, 192 or 256 bits, `HmacSHA1` and `HmacSHA2xx` of 64 bits to 4096 in whole
    /// octets; without `bits`, 256 for AES and for HMAC the length of its digest, as keytool and SunJCE have it.
    ///
    /// Throws `unsupportedAlgorithm` for others, `malformed` for a length that the algorithm does not have.
    public static func generate(algorithm: String, bits: Int? = nil) throws(KeystoreError) -> SecretKey {
        let row = rows.first { $0.name.lowercased() == algorithm.lowercased() }
        guard let row else { throw .unsupportedAlgorithm(field: "secret key", oid: String(algorithm.prefix(64))) }
        let length = bits ?? row.standard
        let isAllowed = row.lengths.contains(length) && length.isMultiple(of: 8)
        guard isAllowed, row.name != "AES" || length.isMultiple(of: 64) else {
            throw .malformed(field: "length of the secret key", offset: 0)
        }
        return SecretKey(algorithm: row.name, bytes: randomBytes(length / 8))
    }

    private static let rows: [(name: String, lengths: ClosedRange<Int>, standard: Int)] = [
        ("AES", 128...256, 256), ("HmacSHA1", 64...4096, 160), ("HmacSHA224", 64...4096, 224), ("HmacSHA256", 64...4096, 256),
        ("HmacSHA384", 64...4096, 384), ("HmacSHA512", 64...4096, 512),
    ]
}
