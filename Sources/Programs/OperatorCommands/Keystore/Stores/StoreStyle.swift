import ArgumentParser
import JavaKeystore

/// How a store of a format is protected, where there is a choice.
enum StoreStyle: String, ExpressibleByArgument, CaseIterable {
    case standard
    /// PKCS#12 as Java wrote it until 8u301 and OpenSSL until 3.0: RC2 and triple DES, SHA-1.
    case legacy
    /// PKCS#12 whose certificates anybody reads, without integrity: `keystore.pkcs12.macAlgorithm=NONE`.
    case passwordless
    /// BCFKS whose key is made by scrypt (RFC 7914), and closed by AES key wrap (RFC 5649).
    case scrypt, keyWrap = "key-wrap"

    static let help = """
        standard; for PKCS#12 legacy (RC2, triple DES, SHA-1: for old readers) or passwordless (certificates open to all); for BCFKS scrypt or \
        key-wrap.
        """

    /// nil where the format has no such style.
    func settings(for format: KeystoreFormat) -> KeystoreSettings? {
        switch (self, format) {
        case (.standard, _): .standard(for: format)
        case (.legacy, .pkcs12): .pkcs12(.legacy)
        case (.passwordless, .pkcs12): .pkcs12(.passwordless)
        // 16 MiB and what a login takes: Bouncy Castle's own example.
        case (.scrypt, .bcfks): .bcfks(.init(keyDerivation: .scrypt(cost: 16_384, blockSize: 8, statedParallelism: 1)))
        case (.keyWrap, .bcfks): .bcfks(.init(cipher: .aesKeyWrap))
        default: nil
        }
    }
}
