import StrictDER

/// What a server says, one message (RFC 4511 §4).
public struct LDAPResponse: Hashable, Sendable {
    public enum Operation: Hashable, Sendable {
        case bind(LDAPResult)
        case entry(LDAPEntry)
        /// URLs where the search would go on.
        case reference([String])
        case searchDone(LDAPResult)
        /// `name`: an object identifier.
        case extended(LDAPResult, name: String?)
    }

    /// 0: nobody asked. The server tells that it goes away (RFC 4511 §4.4.1).
    public var messageID: Int
    public var operation: Operation
    /// Where the next page goes on (RFC 2696); empty after the last, nil when the server does not do pages.
    public var pageCookie: [UInt8]?

    init(messageID: Int, operation: Operation, pageCookie: [UInt8]? = nil) {
        (self.messageID, self.operation, self.pageCookie) = (messageID, operation, pageCookie)
    }

    /// Octets of a message that are read. Active Directory's own limit for a whole answer is 10 MiB; photographs are a few hundred KiB.
    public static let lengthLimit = 16 << 20
    /// Attributes of an entry, values of an attribute, controls, URLs.
    static let countLimit = 100_000

    /// How long the message is whose beginning this is; nil as long as that cannot be told.
    public static func length(beginning bytes: some Collection<UInt8>) throws(LDAPError) -> Int? {
        var bytes = bytes.prefix(2 + 8).makeIterator()
        guard let tag = bytes.next() else { return nil }
        guard tag == DERElement.Tag.sequence else { throw .malformed(field: "LDAPMessage") }
        guard let first = bytes.next() else { return nil }
        if first < 0x80 { return 2 + Int(first) }
        let octets = Int(first & 0x7F)
        // Only the definite form is used (RFC 4511 §5.1).
        guard (1...8).contains(octets) else { throw .malformed(field: "LDAPMessage") }
        var length = 0
        for _ in 0..<octets {
            guard let octet = bytes.next() else { return nil }
            length = length << 8 | Int(octet)
            guard length <= lengthLimit else { throw .overLimit(found: length, limit: lengthLimit) }
        }
        return 2 + octets + length
    }

    /// The one message that `bytes` are.
    public init(_ bytes: ArraySlice<UInt8>) throws(LDAPError) {
        guard bytes.count <= Self.lengthLimit + 10 else { throw .overLimit(found: bytes.count, limit: Self.lengthLimit) }
        do throws(DERError) {
            // Lengths may have more octets than they need: Active Directory always writes four.
            let (der, read) = try BER.normalised(bytes)
            guard read == bytes.count else { throw DERError(.malformed, field: "LDAPMessage", offset: read) }
            var message = try DERReader.single(DERElement.Tag.sequence, in: der[...], "LDAPMessage").inside
            messageID = try message.take(DERElement.Tag.integer, "messageID").integer("messageID")
            let element = try message.next("protocolOp")
            operation = try Self.operation(element)
            if let controls = try message.takeIfPresent(DERElement.Tag.constructed(0), "controls") {
                pageCookie = try Self.pageCookie(controls.inside)
            }
            // What comes behind is for later versions (RFC 4511 §4).
        } catch {
            throw .malformed(field: error.field)
        }
    }

    private static func operation(_ element: DERElement) throws(DERError) -> Operation {
        var inside = element.inside
        switch element.tag {
        case 0x61: return .bind(try LDAPResult(&inside))
        case 0x64: return .entry(try LDAPEntry(&inside))
        case 0x65: return .searchDone(try LDAPResult(&inside))
        case 0x73: return .reference(try texts(&inside, "SearchResultReference"))
        case 0x78:
            let result = try LDAPResult(&inside)
            let name = try inside.takeIfPresent(DERElement.Tag.primitive(10), "responseName")
            return .extended(result, name: name.map { String(decoding: $0.content, as: UTF8.self) })
        default: throw DERError(.malformed, field: "protocolOp", offset: element.encoded.startIndex)
        }
    }

    static func texts(_ reader: inout DERReader, _ field: String) throws(DERError) -> [String] {
        var texts: [String] = []
        while !reader.isAtEnd {
            guard texts.count < countLimit else {
                throw DERError(.overLimit(found: texts.count, limit: countLimit), field: field, offset: 0)
            }
            texts.append(String(decoding: try reader.take(DERElement.Tag.octetString, field).content, as: UTF8.self))
        }
        return texts
    }

    private static func pageCookie(_ controls: DERReader) throws(DERError) -> [UInt8]? {
        var controls = controls
        while !controls.isAtEnd {
            var control = try controls.take(DERElement.Tag.sequence, "control").inside
            let type = try control.take(DERElement.Tag.octetString, "controlType").content
            _ = try control.takeIfPresent(DERElement.Tag.boolean, "criticality")
            guard type.elementsEqual(LDAPSearch.Page.type.utf8),
                let value = try control.takeIfPresent(DERElement.Tag.octetString, "controlValue")
            else { continue }
            // What a value holds was not normalised with the rest.
            let (der, _) = try BER.normalised(Array(value.content)[...])
            var page = try DERReader.single(DERElement.Tag.sequence, in: der[...], "realSearchControlValue").inside
            _ = try page.take(DERElement.Tag.integer, "size")
            return Array(try page.take(DERElement.Tag.octetString, "cookie").content)
        }
        return nil
    }
}

/// RFC 4511 §4.1.9.
public struct LDAPResult: Error, Hashable, Sendable {
    public var code: Int
    public var matchedName: String
    /// The server's own words.
    public var message: String
    /// URLs of servers that know more.
    public var referral: [String]

    public init(code: Int, matchedName: String = "", message: String = "", referral: [String] = []) {
        (self.code, self.matchedName, self.message, self.referral) = (code, matchedName, message, referral)
    }

    init(_ reader: inout DERReader) throws(DERError) {
        code = try reader.take(DERElement.Tag.enumerated, "resultCode").integer("resultCode")
        matchedName = String(decoding: try reader.take(DERElement.Tag.octetString, "matchedDN").content, as: UTF8.self)
        message = String(decoding: try reader.take(DERElement.Tag.octetString, "diagnosticMessage").content, as: UTF8.self)
        referral = []
        if let urls = try reader.takeIfPresent(DERElement.Tag.constructed(3), "referral") {
            var inside = urls.inside
            referral = try LDAPResponse.texts(&inside, "referral")
        }
    }

    public var isSuccess: Bool { code == 0 }

    /// The code's name in RFC 4511 Appendix A.
    public var name: String { Self.names[code] ?? "resultCode \(code)" }

    private static let names = [
        0: "success", 1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded", 7: "authMethodNotSupported",
        8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded", 12: "unavailableCriticalExtension",
        13: "confidentialityRequired",
        16: "noSuchAttribute", 17: "undefinedAttributeType", 18: "inappropriateMatching", 21: "invalidAttributeSyntax", 32: "noSuchObject",
        34: "invalidDNSyntax", 48: "inappropriateAuthentication", 49: "invalidCredentials", 50: "insufficientAccessRights", 51: "busy",
        52: "unavailable", 53: "unwillingToPerform", 80: "other",
    ]
}

/// What a search found.
public struct LDAPEntry: Hashable, Sendable {
    public struct Attribute: Hashable, Sendable {
        public var type: String
        public var values: [[UInt8]]
        public init(type: String, values: [[UInt8]]) { (self.type, self.values) = (type, values) }
    }
    public var name: String
    public var attributes: [Attribute]

    public init(name: String, attributes: [Attribute]) { (self.name, self.attributes) = (name, attributes) }

    init(_ reader: inout DERReader) throws(DERError) {
        name = String(decoding: try reader.take(DERElement.Tag.octetString, "objectName").content, as: UTF8.self)
        var list = try reader.take(DERElement.Tag.sequence, "attributes").inside
        attributes = []
        while !list.isAtEnd {
            var attribute = try list.take(DERElement.Tag.sequence, "attribute").inside
            let type = String(decoding: try attribute.take(DERElement.Tag.octetString, "type").content, as: UTF8.self)
            var set = try attribute.take(DERElement.Tag.set, "vals").inside
            var values: [[UInt8]] = []
            while !set.isAtEnd {
                guard attributes.count < LDAPResponse.countLimit, values.count < LDAPResponse.countLimit else {
                    throw DERError(.overLimit(found: values.count, limit: LDAPResponse.countLimit), field: "vals", offset: set.offset)
                }
                values.append(Array(try set.take(DERElement.Tag.octetString, "value").content))
            }
            attributes.append(.init(type: type, values: values))
        }
    }
}
