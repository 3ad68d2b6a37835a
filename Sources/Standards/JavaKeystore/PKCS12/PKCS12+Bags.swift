public import StrictDER

extension PKCS12 {
    /// A bag as the file has it, whatever Java makes of it.
    public struct Bag: Hashable, Sendable {
        public enum Content: Hashable, Sendable {
            case privateKey(ProtectedKey)
            case certificate(StoredCertificate)
            case secretKey(ProtectedSecretKey)
            /// DER of the CRLBag.
            case revocationList([UInt8])
            /// The bags in it follow.
            case safeContents
            /// Of a type, or with a certificate of a type, that RFC 7292 does not define.
            case unknown
        }
        public var content: Content
        /// The last arc of its type's identifier, 1 to 6; nil for a type that RFC 7292 does not define.
        public var kind: Int?
        /// In UTF-16 code units, case as it is.
        public var friendlyNameUnits: [UInt16]?
        public var localKeyID: [UInt8]?
        /// The uses for which a certificate is trusted; nil when it is not marked so.
        public var trustedKeyUsage: [ObjectIdentifier]?
        public var otherAttributes: [EntryAttribute]
        /// Whether it was in an encrypted safe. Keys have an encryption of their own.
        public var wasEncrypted: Bool

        public var friendlyName: String? { friendlyNameUnits.map { String(decoding: $0, as: UTF16.self) } }
    }

    /// Every bag in file order; of a safe in a safe its own bags come behind it. The MAC is checked first. Without a password encrypted
    /// safes are left out. Throws as `Keystore.read` does.
    public static func bags(
        _ bytes: [UInt8], password: KeystorePassword?, limits: KeystoreLimits = .standard
    ) throws(KeystoreError) -> [Bag] {
        guard bytes.count <= limits.fileSize else { throw .overLimit(field: "file", found: bytes.count, limit: limits.fileSize) }
        var items = ItemBudget(fileSize: bytes.count)
        var bags: [Bag] = []
        for safe in try OpenedSafes(bytes, password: password, limits: limits).safes {
            guard case .opened(let contents, let wasEncrypted) = safe else { continue }
            try append(contents, wasEncrypted: wasEncrypted, depth: 0, to: &bags, items: &items)
        }
        return bags
    }

    private static func append(
        _ contents: ArraySlice<UInt8>, wasEncrypted: Bool, depth: Int, to bags: inout [Bag], items: inout ItemBudget
    ) throws(KeystoreError) {
        guard depth < SafeBags.depthLimit else { throw .overLimit(field: "safes in safes", found: depth, limit: SafeBags.depthLimit) }
        var safe = try SafeBags(contents)
        while let bag = try safe.next(items: &items) {
            bags.append(try Bag(bag, wasEncrypted: wasEncrypted))
            guard case .safeContents(let inner) = bag.content else { continue }
            try append(inner, wasEncrypted: wasEncrypted, depth: depth + 1, to: &bags, items: &items)
        }
    }
}

extension PKCS12.Bag {
    fileprivate init(_ bag: SafeBag, wasEncrypted: Bool) throws(KeystoreError) {
        content =
            switch bag.content {
            case .privateKey(let key): .privateKey(key)
            case .certificate(let certificate): .certificate(certificate)
            case .secretKey(let key): .secretKey(key)
            case .revocationList(let list): .revocationList(Array(list))
            case .safeContents: .safeContents
            case .unknown: .unknown
            }
        kind = bag.kind.map { Int($0.rawValue) }
        (friendlyNameUnits, localKeyID) = (bag.friendlyName, bag.localKeyID.map { Array($0) })
        trustedKeyUsage = nil
        if let usage = bag.trustedKeyUsage {
            trustedKeyUsage = try readingDER { () throws(DERError) in try TrustedKeyUsage.identifiers(usage) }
        }
        (otherAttributes, self.wasEncrypted) = (bag.otherAttributes, wasEncrypted)
    }
}
