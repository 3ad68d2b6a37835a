import StrictDER

/// What the four policy extensions of a certificate say (RFC 5280 §4.2.1.4, .5, .11, .14). Policies are content octets of identifiers.
struct PolicyExtensions: Sendable {
    typealias Policy = ArraySlice<UInt8>

    /// nil: no certificatePolicies; the valid policies end here.
    var policies: [Policy]?
    /// A qualifier that is neither a CPS pointer nor a user notice; matters where the extension is critical.
    var hasUnknownQualifier = false
    var mappings: [(issuer: Policy, subject: Policy)] = []
    var requireExplicit: Int?
    var inhibitMapping: Int?
    var inhibitAny: Int?

    /// 2.5.29.32.0
    static let anyPolicy: [UInt8] = [0x55, 0x1D, 0x20, 0x00]

    /// `SEQUENCE SIZE (1..MAX) OF PolicyInformation`; no policy twice.
    mutating func readPolicies(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "certificatePolicies"
        var items = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        var found: [Policy] = []
        while !items.isAtEnd {
            var fields = try items.take(DERElement.Tag.sequence, field).inside
            found.append(try fields.take(DERElement.Tag.objectIdentifier, field).content)
            if let qualifiers = try fields.takeIfPresent(DERElement.Tag.sequence, field) { try read(qualifiers: qualifiers) }
            try fields.end(field)
        }
        guard !found.isEmpty, found.count == 1 || Set(found).count == found.count else {
            throw DERError(.malformed, field: field, offset: value.startIndex)
        }
        policies = found
    }

    private mutating func read(qualifiers: DERElement) throws(DERError) {
        let field = "policyQualifiers"
        var items = qualifiers.inside
        if items.isAtEnd { throw DERError(.malformed, field: field, offset: items.offset) }
        while !items.isAtEnd {
            var fields = try items.take(DERElement.Tag.sequence, field).inside
            let identifier = try fields.take(DERElement.Tag.objectIdentifier, field).content
            _ = try fields.next(field)
            try fields.end(field)
            // 1.3.6.1.5.5.7.2.1 and .2
            let isKnown =
                identifier.count == 8 && identifier.starts(with: [0x2B, 6, 1, 5, 5, 7, 2]) && (identifier.last == 1 || identifier.last == 2)
            hasUnknownQualifier = hasUnknownQualifier || !isKnown
        }
    }

    mutating func readMappings(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "policyMappings"
        var items = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        if items.isAtEnd { throw DERError(.malformed, field: field, offset: items.offset) }
        while !items.isAtEnd {
            var fields = try items.take(DERElement.Tag.sequence, field).inside
            let issuer = try fields.take(DERElement.Tag.objectIdentifier, field).content
            let subject = try fields.take(DERElement.Tag.objectIdentifier, field).content
            try fields.end(field)
            mappings.append((issuer, subject))
        }
    }

    mutating func readConstraints(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "policyConstraints"
        var fields = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        if fields.isAtEnd { throw DERError(.malformed, field: field, offset: fields.offset) }
        requireExplicit = try fields.takeIfPresent(DERElement.Tag.primitive(0), field).map { element throws(DERError) in
            try element.skipCount(field)
        }
        inhibitMapping = try fields.takeIfPresent(DERElement.Tag.primitive(1), field).map { element throws(DERError) in
            try element.skipCount(field)
        }
        try fields.end(field)
    }

    mutating func readInhibitAny(_ value: ArraySlice<UInt8>) throws(DERError) {
        inhibitAny = try DERReader.single(DERElement.Tag.integer, in: value, "inhibitAnyPolicy").skipCount("inhibitAnyPolicy")
    }
}

extension DERElement {
    /// A number of certificates, `INTEGER (0..MAX)`. One beyond `Int` is as good as the largest `Int`.
    func skipCount(_ field: String) throws(DERError) -> Int {
        guard content.count > 8 else { return try integer(field) }
        guard let first = content.first, first < 0x80, first != 0 || content.dropFirst().first ?? 0 >= 0x80 else {
            throw DERError(.malformed, field: field, offset: encoded.startIndex)
        }
        return Int.max
    }
}
