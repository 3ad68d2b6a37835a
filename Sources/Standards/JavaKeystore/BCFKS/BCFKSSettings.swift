public import StrictDER

extension BCFKS {
    /// How a store is protected. Reading fills it in, so that a store that is saved again keeps its algorithms and counts.
    public struct Settings: Hashable, Sendable {
        /// SHA-512 or SHA3-512: the format knows no other.
        public enum Hash: String, Hashable, Sendable { case sha512, sha3_512 }

        /// How keys are made of passwords.
        public enum KeyDerivation: Hashable, Sendable {
            case pbkdf2(Hash, iterations: Int)
            /// RFC 7914. `statedParallelism` is what the file says; Bouncy Castle computes with the block size in its place, and so do we.
            case scrypt(cost: Int, blockSize: Int, statedParallelism: Int)
        }

        public enum Cipher: String, Hashable, Sendable {
            /// AES-256 in CCM mode: the usual one. A store has to be smaller than 16 MiB.
            case aesCCM
            /// AES-256 key wrap with padding (RFC 5649), up to 4 GiB.
            case aesKeyWrap
            /// The store is readable without password; only its keys are closed.
            case none
        }

        public enum Integrity: Hashable, Sendable {
            case mac(Hash)
            /// Signed with somebody's private key. Such stores are read, never written.
            case signature(algorithm: ObjectIdentifier)
        }

        public var keyDerivation: KeyDerivation
        public var cipher: Cipher
        public var integrity: Integrity
        /// Bytes; 64 in what Bouncy Castle writes.
        public var saltLength = 64
        /// Of PBKDF2 with HMAC-SHA512, under which every key of an entry is closed whatever the store's own derivation.
        public var keyIterations = 51_200
        /// The store's own dates in milliseconds since 1970. nil: the first and the last of its entries' dates. Who changes a store and has a
        /// clock sets the second one.
        public var createdMilliseconds: Int64?
        public var modifiedMilliseconds: Int64?
        public var comment: String?
        /// By alias; only of entries that have more to tell than an `Entry` has room for, which is rare.
        var details: [[UInt16]: EntryDetails] = [:]

        public init(
            keyDerivation: KeyDerivation = .pbkdf2(.sha512, iterations: 51_200), cipher: Cipher = .aesCCM,
            integrity: Integrity = .mac(.sha512)
        ) {
            (self.keyDerivation, self.cipher, self.integrity) = (keyDerivation, cipher, integrity)
        }

        /// What `KeyStore.getInstance("BCFKS")` writes.
        public static let standard = Settings()
    }

    /// An entry has two dates here. Java shows the later one, the last change; it is `Entry.created`.
    struct EntryDetails: Hashable, Sendable {
        /// When an entry of this alias first came into the store.
        var firstCreatedMilliseconds: Int64
        /// The last change at which the comment was seen: an entry that was replaced loses it.
        var modifiedMilliseconds: Int64
        var comment: String?
    }
}

extension BCFKS.Settings {
    /// A fresh one for a key of an entry. As Bouncy Castle does, keys of a store under key wrap are under key wrap, too.
    func keyProtection() -> BCFKS.PasswordProtection {
        BCFKS.PasswordProtection(
            derivation: BCFKS.Derivation(
                .pbkdf2(.sha512, iterations: keyIterations), saltLength: 64, keyLength: BCFKS.PasswordProtection.keyLength),
            cipher: cipher == .aesKeyWrap ? .keyWrap : .freshCCM())
    }

    /// Bytes that a salt may have when we write; what reading found is brought into this range.
    static let writtenSaltLengths = 16...1024

    func derivation(keyLength: Int) -> BCFKS.Derivation {
        let range = Self.writtenSaltLengths
        let length = min(max(saltLength, range.lowerBound), range.upperBound)
        return BCFKS.Derivation(keyDerivation, saltLength: length, keyLength: keyLength)
    }
}
