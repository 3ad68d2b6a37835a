import StrictDER

/// GeneralNames (RFC 5280 §4.2.1.6), as far as places and issuers of lists need them.
struct GeneralNames {
    /// Each GeneralName in DER.
    let all: [ArraySlice<UInt8>]

    /// Names in one place; genuine ones have one to three.
    static let limit = 64

    /// - Parameter content: of the SEQUENCE, which is implicitly tagged at times. Not empty.
    init(content: ArraySlice<UInt8>) throws(DERError) {
        var reader = DERReader(content)
        var names: [ArraySlice<UInt8>] = []
        guard !reader.isAtEnd else { throw DERError(.malformed, field: "GeneralNames", offset: content.startIndex) }
        while !reader.isAtEnd {
            guard names.count < Self.limit else {
                throw DERError(.overLimit(found: names.count + 1, limit: Self.limit), field: "GeneralNames", offset: reader.offset)
            }
            let name = try reader.next("GeneralName")
            guard name.tag & 0xC0 == 0x80, name.tag & 0x1F <= 8 else {
                throw DERError(.malformed, field: "GeneralName", offset: name.encoded.startIndex)
            }
            names.append(name.encoded)
        }
        all = names
    }

    /// DER of the Names among them.
    var directoryNames: [ArraySlice<UInt8>] { all.compactMap(Self.directoryName) }

    /// `[6] IA5String`
    var uniformResourceIdentifiers: [String] {
        all.compactMap { name in
            guard let element = try? DERReader.single(DERElement.Tag.primitive(6), in: name, "URI"),
                element.content.allSatisfy({ $0 < 0x80 })
            else { return nil }
            return String(decoding: element.content, as: UTF8.self)
        }
    }

    /// `[4] EXPLICIT Name`
    fileprivate static func directoryName(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        (try? DERReader.single(DERElement.Tag.constructed(4), in: name, "directoryName"))?.content
    }
}

/// A name of a place where a list is, so that equal places are equal: directory names by the rules of RFC 5280 §7.1, others by their bytes.
enum PlaceName: Hashable, Sendable {
    case directory(NormalisedName)
    case other(ArraySlice<UInt8>)

    init(generalName: ArraySlice<UInt8>) throws(DERError) {
        guard let name = GeneralNames.directoryName(generalName) else {
            self = .other(generalName)
            return
        }
        self = .directory(try NormalisedName(der: name))
    }
}

/// `DistributionPointName`, its content: names, or one that is relative to the issuer of the list.
enum DistributionPointName {
    case full(GeneralNames)
    /// Content of a RelativeDistinguishedName.
    case relative(ArraySlice<UInt8>)

    init(choice: ArraySlice<UInt8>) throws(DERError) {
        var reader = DERReader(choice)
        let name = try reader.next("distributionPointName")
        try reader.end("distributionPointName")
        switch name.tag {
        case DERElement.Tag.constructed(0): self = .full(try GeneralNames(content: name.content))
        case DERElement.Tag.constructed(1): self = .relative(name.content)
        default: throw DERError(.malformed, field: "distributionPointName", offset: name.encoded.startIndex)
        }
    }

    /// - Parameter issuer: DER of the Name of the issuer of the list.
    func places(relativeTo issuer: ArraySlice<UInt8>) throws(DERError) -> Set<PlaceName> {
        switch self {
        case .full(let names):
            var places: Set<PlaceName> = []
            for name in names.all { places.insert(try PlaceName(generalName: name)) }
            return places
        case .relative(let attributes):
            // "the certificate's issuer name with the fragment appended", §4.2.1.13.
            let whole = try DERReader.single(DERElement.Tag.sequence, in: issuer, "issuer").content
            let name = DER.sequence(Array(whole), DER.element(DERElement.Tag.set, attributes))
            return [.directory(try NormalisedName(der: name[...]))]
        }
    }
}

/// One place of a certificate's cRLDistributionPoints (RFC 5280 §4.2.1.13).
struct DistributionPoint {
    let name: DistributionPointName?
    /// nil: all of them.
    let reasons: RevocationReasons?
    /// cRLIssuer: set when somebody other than the certificate's issuer signs the list.
    let issuers: GeneralNames?

    /// Places in one certificate.
    static let limit = 32

    init(_ element: DERElement) throws(DERError) {
        var fields = element.inside
        let field = "distributionPoint"
        name = try fields.takeIfPresent(DERElement.Tag.constructed(0), field).map { wrapped throws(DERError) in
            try DistributionPointName(choice: wrapped.content)
        }
        reasons = try fields.takeIfPresent(DERElement.Tag.primitive(1), "reasons").map { bits throws(DERError) in
            RevocationReasons(try NamedBits(content: bits.content, "reasons"))
        }
        issuers = try fields.takeIfPresent(DERElement.Tag.constructed(2), "cRLIssuer").map { names throws(DERError) in
            try GeneralNames(content: names.content)
        }
        try fields.end(field)
        // "a DistributionPoint MUST NOT consist of only the reasons field"
        guard name != nil || issuers != nil else { throw DERError(.malformed, field: field, offset: element.encoded.startIndex) }
    }

    /// - Parameter value: of cRLDistributionPoints or freshestCRL.
    static func all(in value: ArraySlice<UInt8>) throws(DERError) -> [DistributionPoint] {
        var list = try DERReader.single(DERElement.Tag.sequence, in: value, "distributionPoints").inside
        var points: [DistributionPoint] = []
        guard !list.isAtEnd else { throw DERError(.malformed, field: "distributionPoints", offset: value.startIndex) }
        while !list.isAtEnd {
            guard points.count < limit else {
                throw DERError(.overLimit(found: points.count + 1, limit: limit), field: "distributionPoints", offset: list.offset)
            }
            points.append(try DistributionPoint(try list.take(DERElement.Tag.sequence, "distributionPoint")))
        }
        return points
    }

    /// URIs of its full name.
    var urls: [String] {
        if case .full(let names)? = name { names.uniformResourceIdentifiers } else { [] }
    }
}

/// ReasonFlags without `unused` (RFC 5280 §4.2.1.13).
struct RevocationReasons: OptionSet, Hashable, Sendable {
    let rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Bits 1 to 8.
    static let all = RevocationReasons(rawValue: 0b1_1111_1110)

    init(_ bits: NamedBits) {
        rawValue = (1...8).reduce(0) { $0 | (bits.contains($1) ? 1 << UInt16($1) : 0) }
    }

    /// In the order of the flags.
    var listed: [RevocationReason] {
        let names: [RevocationReason] = [
            .keyCompromise, .cACompromise, .affiliationChanged, .superseded, .cessationOfOperation, .certificateHold, .privilegeWithdrawn,
            .aACompromise,
        ]
        return names.enumerated().filter { rawValue & (2 << UInt16($0.offset)) != 0 }.map(\.element)
    }
}
