import StrictDER

/// Makes entries of bags, by the rules of the JDK (`sun.security.pkcs12.PKCS12KeyStore` of JDK 17), and keeps what falls through them:
///
/// - A shrouded key is an entry, named by its friendlyName, or by a number that counts nameless entries. Without localKeyID it is one
///   only if it is the first private key of the file.
/// - A secret bag is an entry. A certificate is one if it has the attribute `trustedKeyUsage`; if not, it is there for the chains.
/// - Aliases that differ in case only are one, and the later bag wins.
/// - A chain begins with the certificate of the key's localKeyID, or else of its name, and goes on by issuer: `CertificateChains`.
/// - Clear keys and bags of other kinds, nested safes among them, are passed over.
struct EntryAssembly {
    struct Result {
        var entries: [Keystore.Entry]
        var unseen: [UnseenEntry]
        /// Of the first key that is encrypted in a way we know.
        var keyEncryption: PKCS12.Encryption?
        var seesClearCertificates: Bool
    }

    /// An entry, or what would be one. Private keys get their chains at the end.
    private struct Found {
        var entry: Keystore.Entry
        /// What the key's certificate has as well.
        var keyIdentifier: ArraySlice<UInt8>?
        /// nil for what Java shows.
        var reason: UnseenEntry.Reason?
    }

    private var found: [Found] = []
    private var placeOfAlias: [[UInt16]: Int] = [:]
    private var certificates: [CertificateChains.Candidate] = []
    /// Of the certificates that are not trusted entries: the entry each would be, by its index among `certificates`.
    private var untrusted: [(index: Int, entry: Keystore.Entry)] = []
    private var unreadable: [UnseenEntry.Reason] = []
    private var items: ItemBudget
    private var shroudedKeys = 0
    private var namelessEntries = 0
    private var keyEncryption: PKCS12.Encryption?
    private var seesClearCertificates = false

    init(fileSize: Int) { items = ItemBudget(fileSize: fileSize) }

    mutating func add(_ safe: OpenedSafes.Safe) throws(KeystoreError) {
        switch safe {
        case .closed: unreadable.append(.passwordNeeded)
        case .opened(let contents, let wasEncrypted):
            var bags = try SafeBags(contents)
            var isFirst = true
            while let bag = try bags.next(items: &items) {
                if case .certificate = bag.content, !wasEncrypted { seesClearCertificates = true }
                try add(bag, isFirst: isFirst)
                isFirst = false
            }
        }
    }

    private mutating func add(_ bag: SafeBag, isFirst: Bool) throws(KeystoreError) {
        switch bag.content {
        case .privateKey(let key): add(key, of: bag)
        case .secretKey(let key):
            noteEncryption(of: key.stored, key.protection)
            addVisible(entry(bag, .secretKey(key), name: nextName(bag), isDated: true), keyIdentifier: nil)
        case .certificate(let certificate): add(certificate, of: bag, isFirst: isFirst)
        case .safeContents(let contents): try addNested(contents, depth: 1)
        case .revocationList, .unknown: unreadable.append(.unknownBag)
        }
    }

    private mutating func add(_ key: ProtectedKey, of bag: SafeBag) {
        noteEncryption(of: key.stored, key.protection)
        let content = Keystore.Content.privateKey(key, chain: [])
        guard key.protection == .pkcs12 else {
            let unnamed = entry(bag, content, name: bag.friendlyName ?? [], isDated: true)
            return found.append(Found(entry: unnamed, keyIdentifier: bag.localKeyID, reason: .keyInTheClear))
        }
        shroudedKeys += 1
        guard let identifier = bag.localKeyID ?? (shroudedKeys == 1 ? Self.onlyKeyIdentifier : nil) else {
            let dropped = entry(bag, content, name: bag.friendlyName ?? [], isDated: true)
            return found.append(Found(entry: dropped, keyIdentifier: nil, reason: .keyWithoutIdentifier))
        }
        addVisible(entry(bag, content, name: nextName(bag), isDated: true), keyIdentifier: identifier)
    }

    /// What the JDK makes of a missing localKeyID, of the only key and of the first certificate in a safe.
    private static let onlyKeyIdentifier = Array("01".utf8)[...]

    private mutating func add(_ certificate: StoredCertificate, of bag: SafeBag, isFirst: Bool) {
        let isTrusted = bag.trustedKeyUsage != nil
        let identifier = bag.localKeyID ?? (isFirst && shroudedKeys == 1 ? Self.onlyKeyIdentifier : nil)
        if isTrusted {
            addVisible(entry(bag, .trustedCertificate(certificate), name: nextName(bag), isDated: false), keyIdentifier: nil)
        } else {
            let hidden = entry(bag, .trustedCertificate(certificate), name: bag.friendlyName ?? [], isDated: false)
            untrusted.append((certificates.count, hidden))
        }
        certificates.append(
            CertificateChains.Candidate(
                certificate: certificate, keyIdentifier: identifier, name: isTrusted ? nil : bag.friendlyName, isTrusted: isTrusted))
    }

    /// Of a safe in a safe Java sees nothing.
    private mutating func addNested(_ contents: ArraySlice<UInt8>, depth: Int) throws(KeystoreError) {
        guard depth < SafeBags.depthLimit else { throw .overLimit(field: "safes in safes", found: depth, limit: SafeBags.depthLimit) }
        var bags = try SafeBags(contents)
        while let bag = try bags.next(items: &items) {
            let content: Keystore.Content
            switch bag.content {
            case .privateKey(let key): content = .privateKey(key, chain: [])
            case .secretKey(let key): content = .secretKey(key)
            case .certificate(let certificate): content = .trustedCertificate(certificate)
            case .safeContents(let contents):
                try addNested(contents, depth: depth + 1)
                continue
            case .revocationList, .unknown:
                unreadable.append(.unknownBag)
                continue
            }
            let hidden = entry(bag, content, name: bag.friendlyName ?? [], isDated: true)
            found.append(Found(entry: hidden, keyIdentifier: bag.localKeyID, reason: .unknownBag))
        }
    }

    private mutating func nextName(_ bag: SafeBag) -> [UInt16] {
        if let name = bag.friendlyName { return name }
        namelessEntries += 1
        return Array(String(namelessEntries).utf16)
    }

    private mutating func addVisible(_ entry: Keystore.Entry, keyIdentifier: ArraySlice<UInt8>?) {
        let lowered = JavaLowerCase.of(entry.aliasUnits)
        // The same array where it can be: there may be twenty thousand.
        let alias = lowered == entry.aliasUnits ? entry.aliasUnits : lowered
        if let earlier = placeOfAlias.updateValue(found.count, forKey: alias) { found[earlier].reason = .replaced }
        found.append(Found(entry: entry, keyIdentifier: keyIdentifier, reason: nil))
    }

    /// Keys carry their date in the localKeyID; one that says something else is kept as an attribute.
    private func entry(_ bag: SafeBag, _ content: Keystore.Content, name: [UInt16], isDated: Bool) -> Keystore.Entry {
        var attributes = bag.otherAttributes
        let created = isDated ? bag.localKeyID.flatMap(LocalKeyID.milliseconds) : nil
        if created == nil, let identifier = bag.localKeyID { attributes.append(LocalKeyID.attribute(identifier)) }
        if let usage = bag.trustedKeyUsage, !usage.elementsEqual(TrustedKeyUsage.any) {
            attributes.append(EntryAttribute(identifier: PKCS12Identifiers.trustedKeyUsage, values: Array(usage)))
        }
        return Keystore.Entry(aliasUnits: name, createdMilliseconds: created, content: content, attributes: attributes)
    }

    private mutating func noteEncryption(of stored: ArraySlice<UInt8>, _ protection: KeyProtection) {
        guard keyEncryption == nil, protection == .pkcs12, let parts = try? EncryptedPrivateKeyInfo(stored) else { return }
        keyEncryption = (try? PasswordBasedEncryption(identifier: parts.algorithm, parameters: parts.parameters))?.settings
    }

    /// With the chains.
    consuming func finish() throws(KeystoreError) -> Result {
        var inChains: Set<ArraySlice<UInt8>> = []
        if found.contains(where: \.entry.isPrivateKey) {
            let chains = CertificateChains(certificates)
            for index in found.indices {
                guard case .privateKey(let key, _) = found[index].entry.content else { continue }
                let chain = chains.chain(keyIdentifier: found[index].keyIdentifier, name: found[index].entry.aliasUnits)
                for certificate in chain {
                    try items.spend(on: "certificates in chains")
                    inChains.insert(certificate.bytes)
                }
                found[index].entry.content = .privateKey(key, chain: chain)
            }
        }
        var result = Result(
            entries: [], unseen: unreadable.map { UnseenEntry(entry: nil, reason: $0) }, keyEncryption: keyEncryption,
            seesClearCertificates: seesClearCertificates)
        for item in found {
            if let reason = item.reason {
                result.unseen.append(UnseenEntry(entry: item.entry, reason: reason))
            } else {
                result.entries.append(item.entry)
            }
        }
        for (index, entry) in untrusted where !inChains.contains(certificates[index].certificate.bytes) {
            result.unseen.append(UnseenEntry(entry: entry, reason: .certificateNotMarkedTrusted))
        }
        return result
    }
}

extension Keystore.Entry {
    var isPrivateKey: Bool { if case .privateKey = content { true } else { false } }
}
