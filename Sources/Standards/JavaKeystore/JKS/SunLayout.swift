import Crypto

/// The layout that JKS and JCEKS share. All integers are big-endian:
///
///     magic · version 1 or 2 · number of entries
///     entry: tag (1 private key, 2 certificate, 3 secret key) · alias · milliseconds since 1970
///            private key: length, EncryptedPrivateKeyInfo · number of certificates, certificates
///            secret key (JCEKS): a Java serialization stream without length
///     certificate: type (version 2 only) · length, DER
///     digest (20 bytes)
struct SunLayout {
    enum Dialect { case jks, jceks }
    let dialect: Dialect
    init(_ dialect: Dialect) { self.dialect = dialect }

    static let writtenVersion: UInt32 = 2
    static let digestLength = Insecure.SHA1.byteCount

    enum Tag {
        static let privateKey = 1, trustedCertificate = 2, secretKey = 3
    }

    var magic: [UInt8] { dialect == .jks ? [0xFE, 0xED, 0xFE, 0xED] : [0xCE, 0xCE, 0xCE, 0xCE] }
    var format: KeystoreFormat { dialect == .jks ? .jks : .jceks }

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
