import Crypto

/// The format `JKS` of Sun's provider (`sun.security.provider.JavaKeyStore`). All integers are big-endian:
///
///     magic FEEDFEED · version 1 or 2 · number of entries
///     entry: tag (1 key, 2 certificate) · alias · milliseconds since 1970
///            key: length, EncryptedPrivateKeyInfo · number of certificates, certificates
///     certificate: type (version 2 only) · length, DER
///     digest (20 bytes)
public enum JKS {
    static let magic: [UInt8] = [0xFE, 0xED, 0xFE, 0xED]
    static let writtenVersion: UInt32 = 2
    static let digestLength = Insecure.SHA1.byteCount

    enum Tag {
        static let privateKey = 1
        static let trustedCertificate = 2
    }

    /// SHA-1 over password, a fixed phrase, and the file from its magic to its last entry. It tells an accident and a wrong password;
    /// it does not stretch the password, so it is no protection against somebody who guesses.
    static func digest(of contents: ArraySlice<UInt8>, password: KeystorePassword) -> [UInt8] {
        var hash = Insecure.SHA1()
        hash.update(data: password.bigEndianBytes)
        hash.update(data: Array("Mighty Aphrodite".utf8))
        contents.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }
}
