/// What people bring to a keystore: certificates and private keys out of PEM, DER or PKCS#7, told by content, never by a file's name.
public struct KeyMaterial: Hashable, Sendable {
    /// In the file's order; the same certificate twice is here twice.
    public var certificates: [StoredCertificate] = []
    /// In the file's order, as PKCS#8 whatever they were written as.
    public var privateKeys: [PrivateKeyInfo] = []
    /// What is there besides, and was passed over.
    public var remarks: [Remark] = []
    /// How many PEM blocks begin (or, in a file without armour, DER elements), and how many of them are whole and readable.
    public var blocksBegun = 0
    public var blocksComplete = 0

    public init() {}

    /// Where something is in a file: people look at lines.
    public struct Place: Hashable, Sendable {
        /// Counts from 1; 0 for the file as a whole.
        public var block: Int
        /// Of the BEGIN line, from 1; nil in files that have no lines.
        public var line: Int?
        /// `CERTIFICATE` of `-----BEGIN CERTIFICATE-----`, cut to 64 characters; nil without armour.
        public var label: String?
        public init(block: Int, line: Int? = nil, label: String? = nil) { (self.block, self.line, self.label) = (block, line, label) }
    }

    public struct Remark: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case certificateRequest, publicKey, revocationList
            /// Curve or group parameters, as OpenSSL writes them before a key.
            case parameters
            /// What OpenSSL trusts a certificate for stood behind it (`openssl x509 -trustout`); the certificate was taken without.
            case trustSettingsDropped
            /// PKCS#7 may hold certificates of other kinds than X.509.
            case otherCertificate
            /// A label that we do not know.
            case unknownBlock
        }
        public var kind: Kind
        public var place: Place
        public init(_ kind: Kind, at place: Place) { (self.kind, self.place) = (kind, place) }
    }

    /// Remarks and damages that one reading lists, of each; beyond that only `blocksBegun` and `blocksComplete` tell. Our choice.
    public static let listLimit = 1000

    /// Everything the bytes hold: PEM with any number of blocks and any text around them, in UTF-8 or UTF-16; DER; base64 without armour.
    ///
    /// `password` opens encrypted keys. Throws the first damage there is, so that nothing is imported by halves; `salvage` tells all of them.
    public static func read(
        _ bytes: [UInt8], password: KeystorePassword?, limits: KeystoreLimits = .standard
    ) throws(KeyMaterialError) -> KeyMaterial {
        let (material, damages) = salvage(bytes, password: password, limits: limits)
        if let first = damages.first { throw first }
        return material
    }

    /// As `read`, but what is damaged is left out and listed, and the rest is there: to say what a bundle was meant to hold.
    public static func salvage(
        _ bytes: [UInt8], password: KeystorePassword?, limits: KeystoreLimits = .standard
    ) -> (material: KeyMaterial, damages: [KeyMaterialError]) {
        var reader = KeyMaterialReader(password: password, limits: limits)
        reader.read(bytes)
        return (reader.material, reader.damages)
    }
}
