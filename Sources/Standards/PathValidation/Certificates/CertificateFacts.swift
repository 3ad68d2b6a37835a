import StrictDER

/// What path validation reads out of one certificate: once, without copying and without cryptography.
///
/// A certificate whose frame is broken is none. One whose extension cannot be read is one that says so in `unreadable`: it may stand in a
/// path, which then has a defect.
struct CertificateFacts: Sendable {
    let outline: CertificateOutline
    let subject: CertificateName
    let issuer: CertificateName
    /// Seconds since 1970, fractions cut off.
    let notBefore: Int64
    let notAfter: Int64
    let key: KeyDescription
    let algorithm: SignatureAlgorithm
    /// The algorithm is named twice; only one place is signed, so both must agree (RFC 5280 §4.1.1.2).
    let algorithmsAgree: Bool
    let isSelfIssued: Bool

    private(set) var present: KnownExtensions = []
    private(set) var critical: KnownExtensions = []
    /// Critical extensions that are not processed here: content octets of their identifiers.
    private(set) var unknownCritical: [ArraySlice<UInt8>] = []
    /// Identifiers of extensions that cannot be read, or are there twice.
    private(set) var unreadable: [ArraySlice<UInt8>] = []

    /// nil when there is no basicConstraints.
    private(set) var isAuthority: Bool?
    private(set) var pathLength: Int?
    private(set) var keyUsage: KeyUsages?
    private(set) var extendedKeyUsage: [ArraySlice<UInt8>]?
    private(set) var nameConstraints: NameConstraints?
    private(set) var alternativeNames: [AlternativeName] = []
    private(set) var subjectKeyIdentifier: ArraySlice<UInt8>?
    private(set) var authorityKeyIdentifier: ArraySlice<UInt8>?
    /// authorityCertIssuer or authorityCertSerialNumber is there.
    private(set) var authorityNamesCertificate = false
    /// nil when there is none of the policy extensions.
    private(set) var policies: PolicyExtensions?
    /// Methods (content octets) and locations of authorityInfoAccess.
    private(set) var access: [(method: ArraySlice<UInt8>, location: AlternativeName)] = []

    init(_ outline: CertificateOutline) throws(DERError) {
        self.outline = outline
        subject = try CertificateName(outline.subject)
        issuer = outline.issuer == outline.subject ? subject : try CertificateName(outline.issuer)
        isSelfIssued = subject == issuer
        notBefore = try outline.seconds(outline.notBefore, "notBefore")
        notAfter = try outline.seconds(outline.notAfter, "notAfter")
        key = try KeyDescription(outline.publicKeyInfo)
        algorithm = try SignatureAlgorithm(der: outline.signatureAlgorithm)
        algorithmsAgree = outline.innerAlgorithm == outline.signatureAlgorithm
        // Extensions came with version 3 (RFC 5280 §4.1.2.9).
        if outline.version != 3, let first = outline.extensions.first { unreadable.append(first.identifier) }
        for item in outline.extensions { take(item) }
        // They say the same as extended key usages, which count where both are there.
        if extendedKeyUsage != nil { unknownCritical.removeAll { $0.elementsEqual(Self.applicationPolicies) } }
        checkForTwins()
    }

    /// Microsoft's application policies, 1.3.6.1.4.1.311.21.10.
    private static let applicationPolicies: [UInt8] = [0x2B, 6, 1, 4, 1, 0x82, 0x37, 0x15, 0x0A]

    private mutating func take(_ item: CertificateOutline.Extension) {
        let known = KnownExtensions(identifier: item.identifier)
        if known.isEmpty {
            if item.isCritical { unknownCritical.append(item.identifier) }
            return
        }
        present.insert(known)
        if item.isCritical { critical.insert(known) }
        do { try read(item.value, as: known) } catch { unreadable.append(item.identifier) }
        if known == .certificatePolicies, item.isCritical, policies?.hasUnknownQualifier == true { unknownCritical.append(item.identifier) }
    }

    /// "A certificate MUST NOT include more than one instance of a particular extension", RFC 5280 §4.2.
    private mutating func checkForTwins() {
        let all = outline.extensions
        if all.count <= 16 {
            for (index, item) in all.enumerated() where all[..<index].contains(where: { $0.identifier == item.identifier }) {
                unreadable.append(item.identifier)
            }
        } else {
            var seen: Set<ArraySlice<UInt8>> = []
            for item in all where !seen.insert(item.identifier).inserted { unreadable.append(item.identifier) }
        }
    }

    private mutating func read(_ value: ArraySlice<UInt8>, as known: KnownExtensions) throws(DERError) {
        switch known {
        case .basicConstraints: try readBasicConstraints(value)
        case .keyUsage: keyUsage = try Self.usages(value)
        case .extendedKeyUsage: extendedKeyUsage = try Self.identifiers(value, "extKeyUsage")
        case .subjectAltName: alternativeNames = try AlternativeName.list(in: value, "subjectAltName")
        case .nameConstraints: nameConstraints = try NameConstraints(value)
        case .subjectKeyIdentifier:
            subjectKeyIdentifier = try DERReader.single(DERElement.Tag.octetString, in: value, "subjectKeyIdentifier").content
        case .authorityKeyIdentifier: try readAuthorityKeyIdentifier(value)
        case .authorityInfoAccess: try readAccess(value)
        case .certificatePolicies, .policyMappings, .policyConstraints, .inhibitAnyPolicy:
            var policies = self.policies ?? PolicyExtensions()
            // Kept whatever happens: what was required before the fault still counts.
            defer { self.policies = policies }
            switch known {
            case .certificatePolicies: try policies.readPolicies(value)
            case .policyMappings: try policies.readMappings(value)
            case .policyConstraints: try policies.readConstraints(value)
            default: try policies.readInhibitAny(value)
            }
        default: break
        }
    }

    private mutating func readBasicConstraints(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "basicConstraints"
        var fields = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        let authority = try fields.takeIfPresent(DERElement.Tag.boolean, field)?.boolean(field) ?? false
        let limit = try fields.takeIfPresent(DERElement.Tag.integer, field).map { element throws(DERError) in try element.skipCount(field) }
        try fields.end(field)
        isAuthority = authority
        pathLength = authority ? limit : nil
    }

    private static func usages(_ value: ArraySlice<UInt8>) throws(DERError) -> KeyUsages {
        let bits = try DERReader.single(DERElement.Tag.bitString, in: value, "keyUsage").content
        guard let unused = bits.first, unused < 8, bits.count > 1 || unused == 0 else {
            throw DERError(.malformed, field: "keyUsage", offset: value.startIndex)
        }
        var found: UInt16 = 0
        for (octet, byte) in bits.dropFirst().prefix(2).enumerated() {
            for bit in 0..<8 where byte & 0x80 >> UInt8(bit) != 0 { found |= 1 << UInt16(8 * octet + bit) }
        }
        return KeyUsages(rawValue: found & 0x1FF)
    }

    private static func identifiers(_ value: ArraySlice<UInt8>, _ field: String) throws(DERError) -> [ArraySlice<UInt8>] {
        var items = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        var found: [ArraySlice<UInt8>] = []
        if items.isAtEnd { throw DERError(.malformed, field: field, offset: items.offset) }
        while !items.isAtEnd { found.append(try items.take(DERElement.Tag.objectIdentifier, field).content) }
        return found
    }

    private mutating func readAuthorityKeyIdentifier(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "authorityKeyIdentifier"
        var fields = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        authorityKeyIdentifier = try fields.takeIfPresent(DERElement.Tag.primitive(0), field)?.content
        let issuer = try fields.takeIfPresent(DERElement.Tag.constructed(1), field)
        let serial = try fields.takeIfPresent(DERElement.Tag.primitive(2), field)
        try fields.end(field)
        authorityNamesCertificate = issuer != nil || serial != nil
    }

    private mutating func readAccess(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "authorityInfoAccess"
        var items = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        if items.isAtEnd { throw DERError(.malformed, field: field, offset: items.offset) }
        while !items.isAtEnd {
            var fields = try items.take(DERElement.Tag.sequence, field).inside
            let method = try fields.take(DERElement.Tag.objectIdentifier, field).content
            let location = try AlternativeName(fields.next(field), field)
            try fields.end(field)
            access.append((method, location))
        }
    }

    /// Both key identifiers are there and differ: `issuer` has the right name and another key.
    func namesOtherKey(than issuer: CertificateFacts) -> Bool {
        guard let wanted = authorityKeyIdentifier, let found = issuer.subjectKeyIdentifier else { return false }
        return wanted != found
    }
}
