public import AgentConfiguration
public import JavaKeystore

/// What was found out about an agent's identity on its own disk. The caller has read files and clock; nothing here is a secret.
public struct IdentityEvidence: Sendable {
    /// How config.xml and the keystore stand to one another.
    public enum Store: Hashable, Sendable {
        case missing
        /// Opened with `keypairs.mid_id`.
        case opens
        /// config.xml has no `keypairs.mid_id`. `isKnown`: an identifier in the backup trail opens the keystore.
        case identifierMissing(isKnown: Bool)
        /// Another identifier, which stands in the backup trail, opens the keystore: config.xml was changed or replaced.
        case identifierWrong
        /// The identifier opens this backup: it is right, and the keystore was altered or replaced.
        case altered(backup: String)
        /// Neither: there is no backup that would tell which of the two is wrong.
        case undecided
        /// The file is cut or no keystore, whatever its password.
        case damaged(KeystoreError, hasBackup: Bool)
        /// This user may not read it.
        case unreadable
    }

    /// The entry under the default alias.
    public enum Pair: Hashable, Sendable {
        case missing
        /// Why it cannot be used, in words without secrets.
        case unusable(reason: String)
        case present(Certificate)
    }

    public struct Certificate: Hashable, Sendable {
        public var subject: String
        public var sha256: String
        /// Seconds since 1970.
        public var notBefore: Int64
        public var notAfter: Int64
        /// Its name is not of the generated form: agents never replace it.
        public var isCustom: Bool
        /// Its extended key usage names servers beside clients, as public authorities issued certificates until 2026.
        public var isForServersToo = false
        public init(subject: String, sha256: String, notBefore: Int64, notAfter: Int64, isCustom: Bool) {
            (self.subject, self.sha256, self.isCustom) = (subject, sha256, isCustom)
            (self.notBefore, self.notAfter) = (notBefore, notAfter)
        }
    }

    public var home: String
    public var keystorePath: String
    public var configurationPath: String
    /// Who asked: what may be written depends on it.
    public var user: String
    public var store: Store
    public var pair: Pair = .missing
    /// Aliases of entries with a key, as Java shows them, without the default one.
    public var otherKeys: [String] = []
    public var isWellKnownPassword = false
    /// Files of the identity that this user may not write.
    public var notWritable: [String] = []
    /// What config.xml is remarked on for.
    public var remarks: [ConfigurationRemark] = []
    /// Names of parameters whose value is `encrypted:` cipher text.
    public var encryptedParameters: [String] = []
    /// A Java-based agent lives here: it opens `encrypted:` values that are closed to us.
    public var isJavaHome = false
    /// The file system that the keystore is on, where it ends with the container; nil when it persists.
    public var volatileFileSystem: String?

    public init(home: String, keystorePath: String, configurationPath: String, user: String, store: Store) {
        (self.home, self.keystorePath, self.configurationPath) = (home, keystorePath, configurationPath)
        (self.user, self.store) = (user, store)
    }
}
