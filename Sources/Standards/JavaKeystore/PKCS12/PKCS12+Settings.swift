extension PKCS12 {
    /// How a store is protected. Keys are closed one by one, before the store is written; certificates together, when it is.
    public struct Settings: Hashable, Sendable {
        public var keys: Encryption
        /// nil: certificates stand in the clear.
        public var certificates: Encryption?
        /// nil: nobody can tell whether the file was altered.
        public var mac: MAC?
        /// The JDK cannot open what a password beyond 0x20 to 0x7E protects, and programs disagree on its bytes (we write UTF-8 where RFC
        /// 8018 is followed). Set by reading such a store.
        public var allowsNonASCIIPasswords = false

        public init(keys: Encryption, certificates: Encryption?, mac: MAC?) {
            (self.keys, self.certificates, self.mac) = (keys, certificates, mac)
        }

        /// What JDK 16 and later write (`DEFAULT_…` in `sun.security.pkcs12.PKCS12KeyStore`).
        public static let standard = Settings(
            keys: Encryption(.pbes2(.aes256, .sha256), iterations: 10_000),
            certificates: Encryption(.pbes2(.aes256, .sha256), iterations: 10_000), mac: MAC(.pkcs12(.sha256), iterations: 10_000))
        /// What JDK 8 and others before 16 write, and can read (`LEGACY_…`). RC2 with 40 bits hides nothing.
        public static let legacy = Settings(
            keys: Encryption(.pbes1(.insecureTripleDES), iterations: 50_000),
            certificates: Encryption(.pbes1(.insecureRC2With40Bits), iterations: 50_000),
            mac: MAC(.pkcs12(.insecureSHA1), iterations: 100_000))
        /// A trust store as of the JDK's own `cacerts` since 18: certificates in the clear and no MAC. Keys have passwords all the same.
        public static let passwordless = Settings(keys: standard.keys, certificates: nil, mac: nil)

        /// Whether the store is written, and its certificates read, without a password.
        public var isPasswordless: Bool { certificates == nil && mac == nil }

        func check(_ password: KeystorePassword) throws(KeystoreError) {
            guard password.isPrintableASCII || allowsNonASCIIPasswords else { throw .passwordNotASCII }
        }
    }

    public struct Encryption: Hashable, Sendable {
        public var scheme: Scheme
        /// Of the key derivation; scrypt has its own measure of cost, and this stays 1.
        public var iterations: Int
        public init(_ scheme: Scheme, iterations: Int) { (self.scheme, self.iterations) = (scheme, iterations) }
    }

    public enum Scheme: Hashable, Sendable {
        /// PBES2 (RFC 8018 §6.2) with PBKDF2 over HMAC with this digest. The JDK reads AES with 128 and 256 bits only.
        case pbes2(Cipher, Digest)
        /// PBES2 with scrypt (RFC 7914 §7). The JDK does not read it.
        case scrypt(Cipher, cost: Int, blockSize: Int, parallelism: Int)
        case pbes1(PBES1)
    }

    /// All in CBC mode.
    public enum Cipher: String, Hashable, Sendable, CaseIterable {
        case aes128, aes192, aes256, insecureTripleDES, insecureDES
        /// With 128 bits.
        case insecureRC2
    }

    /// RFC 7292 appendix C, and `PBEWithMD5AndDES` (RFC 8018 §6.1).
    public enum PBES1: String, Hashable, Sendable, CaseIterable {
        case insecureTripleDES, insecureRC2With128Bits, insecureRC2With40Bits, insecureRC4With128Bits, insecureRC4With40Bits
        /// The JDK does not read it.
        case insecureTripleDESWithTwoKeys
        case insecureDESWithMD5
    }

    public enum Digest: String, Hashable, Sendable, CaseIterable {
        case insecureMD5, insecureSHA1, sha224, sha256, sha384, sha512, sha512With224Bits, sha512With256Bits
    }

    public struct MAC: Hashable, Sendable {
        public enum Algorithm: Hashable, Sendable {
            /// RFC 7292 appendix B: what all programs read.
            case pkcs12(Digest)
            /// PBMAC1 (RFC 9579): OpenSSL from 3.4, JDK from 26.
            case pbmac1(derivation: Digest, mac: Digest)
        }
        public var algorithm: Algorithm
        public var iterations: Int
        public init(_ algorithm: Algorithm, iterations: Int) { (self.algorithm, self.iterations) = (algorithm, iterations) }
    }
}
