import StrictDER

/// Finds the certificates of private keys as the JDK does (`findMatchedCertificate`, `findIssuer`); PKCS#12 does not say which belong to
/// which key. Every step is a look-up: neither many keys nor many certificates of one name make it slow.
struct CertificateChains {
    struct Candidate {
        var certificate: StoredCertificate
        var keyIdentifier: ArraySlice<UInt8>?
        var name: [UInt16]?
        /// Trusted ones may be in a chain, and never begin one.
        var isTrusted: Bool
    }

    /// Longer chains are cut. Genuine ones have up to five; our choice.
    static let lengthLimit = 64

    private let candidates: [Candidate]
    /// nil for those that are no certificates.
    private let parts: [Parts?]
    private var firstWithIdentifierAndName: [IdentifierAndName: Int] = [:]
    private var lastWithIdentifier: [ArraySlice<UInt8>: Int] = [:]
    private var lastWithName: [[UInt16]: Int] = [:]
    private var firstOfSubject: [[UInt8]: Int] = [:]
    private var firstOfSubjectAndKey: [SubjectAndKey: Int] = [:]
    private var lastOfSubjectWithoutKey: [[UInt8]: Int] = [:]

    private struct IdentifierAndName: Hashable {
        var identifier: ArraySlice<UInt8>
        var name: [UInt16]
    }
    private struct SubjectAndKey: Hashable {
        var subject: [UInt8]
        var key: ArraySlice<UInt8>
    }
    private struct Parts {
        var subject: [UInt8]
        var issuer: [UInt8]
        var subjectKey: ArraySlice<UInt8>?
        var authorityKey: ArraySlice<UInt8>?

        init(_ outline: CertificateOutline) {
            (subject, issuer) = (ComparableName.of(outline.subject), ComparableName.of(outline.issuer))
            (subjectKey, authorityKey) = (outline.subjectKeyIdentifier, outline.authorityKeyIdentifier)
        }

        /// Where a chain ends. The JDK verifies the signature of what names itself as issuer; here the key identifiers tell.
        var isSelfIssued: Bool { subject == issuer && (authorityKey == nil || authorityKey == subjectKey) }
    }

    init(_ candidates: [Candidate]) {
        self.candidates = candidates
        parts = candidates.map { (try? $0.certificate.outline()).map(Parts.init) }
        for (index, candidate) in candidates.enumerated() {
            if !candidate.isTrusted { addStart(candidate, index) }
            guard let parts = parts[index] else { continue }
            firstOfSubject.setIfAbsent(parts.subject, index)
            if let key = parts.subjectKey {
                firstOfSubjectAndKey.setIfAbsent(SubjectAndKey(subject: parts.subject, key: key), index)
            } else {
                lastOfSubjectWithoutKey[parts.subject] = index
            }
        }
    }

    private mutating func addStart(_ candidate: Candidate, _ index: Int) {
        let name = candidate.name.map(JavaLowerCase.of)
        if let name { lastWithName[name] = index }
        guard let identifier = candidate.keyIdentifier else { return }
        lastWithIdentifier[identifier] = index
        if let name { firstWithIdentifierAndName.setIfAbsent(IdentifierAndName(identifier: identifier, name: name), index) }
    }

    /// From the end entity to where no issuer is found. Empty when no certificate has the key's identifier or name.
    func chain(keyIdentifier: ArraySlice<UInt8>?, name: [UInt16]) -> [StoredCertificate] {
        var chain: [StoredCertificate] = []
        var seen: Set<ArraySlice<UInt8>> = []
        var next = start(keyIdentifier: keyIdentifier, name: JavaLowerCase.of(name))
        while let index = next, chain.count < Self.lengthLimit, seen.insert(candidates[index].certificate.bytes).inserted {
            chain.append(candidates[index].certificate)
            next = issuer(of: index)
        }
        return chain
    }

    private func start(keyIdentifier: ArraySlice<UInt8>?, name: [UInt16]) -> Int? {
        guard let keyIdentifier else { return lastWithName[name] }
        return firstWithIdentifierAndName[IdentifierAndName(identifier: keyIdentifier, name: name)] ?? lastWithIdentifier[keyIdentifier]
            ?? lastWithName[name]
    }

    /// Of those with the issuer's name the one whose key is named; another key rules one out, no key does not.
    private func issuer(of index: Int) -> Int? {
        guard let parts = parts[index], !parts.isSelfIssued else { return nil }
        guard let key = parts.authorityKey else { return firstOfSubject[parts.issuer] }
        return firstOfSubjectAndKey[SubjectAndKey(subject: parts.issuer, key: key)] ?? lastOfSubjectWithoutKey[parts.issuer]
    }
}

extension Dictionary {
    fileprivate mutating func setIfAbsent(_ key: Key, _ value: Value) { if self[key] == nil { self[key] = value } }
}
