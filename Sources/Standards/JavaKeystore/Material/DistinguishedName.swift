import StrictDER

/// Why a name that somebody typed is none.
public struct NameError: Error, Hashable, Sendable {
    @nonexhaustive
    public enum Problem: Hashable, Sendable {
        case empty, tooLong(limit: Int)
        /// What stands where the type of a part should, `CN` in `CN=x`.
        case unknownType(String)
        case equalsSignMissing
        case valueMissing
        /// A quote without its end, a backslash with nothing behind it, hexadecimal that is none.
        case badEscape
        case controlCharacter
        /// A character that this type of part cannot hold.
        case characterNotAllowed
        case notAnAddress
    }
    public var problem: Problem
    /// Characters before the place.
    public var position: Int
    public init(_ problem: Problem, position: Int) { (self.problem, self.position) = (problem, position) }
}

/// A Name (RFC 5280 §4.1.2.4) out of the text that people and keytool write: `CN=agent, OU=Operations, O=Corp, C=GB`, most specific part
/// first (RFC 4514).
public struct DistinguishedName: Hashable, Sendable {
    public let der: [UInt8]

    /// Characters; our choice.
    public static let lengthLimit = 4096

    /// Takes RFC 4514 with keytool's additions: spaces around `,` `=` `+`, `;` for `,`, values in quotes, `EMAILADDRESS`, `OID.2.5.4.3`.
    public init(_ text: String) throws(NameError) {
        var parser = DistinguishedNameParser(text)
        let parts = try parser.parts()
        // The most specific part is written last (RFC 4514 §2.1).
        der = DER.sequence(parts.reversed().map { DER.set(of: $0) })
    }
}

private struct DistinguishedNameParser {
    private let characters: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { characters = Array(text.unicodeScalars.prefix(DistinguishedName.lengthLimit + 1)) }

    mutating func parts() throws(NameError) -> [[[UInt8]]] {
        guard characters.count <= DistinguishedName.lengthLimit else {
            throw NameError(.tooLong(limit: DistinguishedName.lengthLimit), position: DistinguishedName.lengthLimit)
        }
        skipSpaces()
        guard position < characters.count else { throw NameError(.empty, position: 0) }
        var parts: [[[UInt8]]] = [[]]
        while true {
            parts[parts.count - 1].append(try attribute())
            guard position < characters.count else { return parts }
            if characters[position] != "+" { parts.append([]) }
            position += 1
            skipSpaces()
        }
    }

    /// One `type=value`, up to the separator behind it.
    private mutating func attribute() throws(NameError) -> [UInt8] {
        let start = position
        while position < characters.count, !"=,;+".unicodeScalars.contains(characters[position]) { position += 1 }
        let name = Self.trimmed(characters[start..<position])
        guard position < characters.count, characters[position] == "=" else {
            throw NameError(name.isEmpty ? .empty : .equalsSignMissing, position: start)
        }
        guard let type = AttributeType(name) else { throw NameError(.unknownType(name), position: start) }
        position += 1
        skipSpaces()
        let valueStart = position
        if position < characters.count, characters[position] == "#" {
            return DER.sequence(DER.oid(type.identifier), try encodedValue())
        }
        let value = position < characters.count && characters[position] == "\"" ? try quoted() : try unquoted()
        guard !value.isEmpty else { throw NameError(.valueMissing, position: valueStart) }
        guard let encoded = type.encode(value) else { throw NameError(.characterNotAllowed, position: valueStart) }
        return DER.sequence(DER.oid(type.identifier), encoded)
    }

    private var isAtSeparator: Bool { position == characters.count || ",;+".unicodeScalars.contains(characters[position]) }

    private mutating func unquoted() throws(NameError) -> String {
        let start = position
        var bytes: [UInt8] = []
        var kept = 0
        while !isAtSeparator {
            let isSpace = characters[position] == " "
            try takeCharacter(into: &bytes)
            // Spaces at the end count only when they are escaped.
            if !isSpace { kept = bytes.count }
        }
        return try text(bytes.prefix(kept), from: start)
    }

    private mutating func quoted() throws(NameError) -> String {
        let start = position
        var bytes: [UInt8] = []
        position += 1
        while position < characters.count, characters[position] != "\"" { try takeCharacter(into: &bytes) }
        guard position < characters.count else { throw NameError(.badEscape, position: start) }
        position += 1
        skipSpaces()
        guard isAtSeparator else { throw NameError(.characterNotAllowed, position: position) }
        return try text(bytes[...], from: start)
    }

    /// A character, or after a backslash the character itself or two hexadecimal digits of one octet (RFC 4514 §2.4).
    private mutating func takeCharacter(into bytes: inout [UInt8]) throws(NameError) {
        let character = characters[position]
        guard character.value >= 0x20, character.value != 0x7F else { throw NameError(.controlCharacter, position: position) }
        position += 1
        guard character == "\\" else {
            bytes += Array(String(character).utf8)
            return
        }
        guard position < characters.count else { throw NameError(.badEscape, position: position - 1) }
        if let octet = octet() { return bytes.append(octet) }
        bytes += Array(String(characters[position]).utf8)
        position += 1
    }

    /// `#` and the DER of the value in hexadecimal.
    private mutating func encodedValue() throws(NameError) -> [UInt8] {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        while let octet = octet() { bytes.append(octet) }
        skipSpaces()
        var reader = DERReader(bytes[...])
        guard isAtSeparator, (try? reader.next("value")) != nil, reader.isAtEnd else { throw NameError(.badEscape, position: start) }
        return bytes
    }

    private mutating func octet() -> UInt8? {
        guard position + 1 < characters.count, let high = Character(characters[position]).hexDigitValue,
            let low = Character(characters[position + 1]).hexDigitValue, characters[position].isASCII, characters[position + 1].isASCII
        else { return nil }
        position += 2
        return UInt8(high << 4 | low)
    }

    private func text(_ bytes: ArraySlice<UInt8>, from start: Int) throws(NameError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NameError(.badEscape, position: start) }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw NameError(.controlCharacter, position: start)
        }
        return text
    }

    private mutating func skipSpaces() {
        while position < characters.count, characters[position] == " " { position += 1 }
    }

    private static func trimmed(_ characters: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(characters)).split(separator: " ").joined(separator: " ")
    }
}

/// The type of a part of a name, and as which string its values are written: as keytool does it.
private struct AttributeType {
    let identifier: ObjectIdentifier
    private let string: UInt8?

    private static let domainComponent = ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 25)
    private static let emailAddress = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 1)
    private static let country = ObjectIdentifier(2, 5, 4, 6)
    private static let serialNumber = ObjectIdentifier(2, 5, 4, 5)
    private static let qualifier = ObjectIdentifier(2, 5, 4, 46)

    private static let byName: [String: ObjectIdentifier] = [
        "CN": ObjectIdentifier(2, 5, 4, 3), "SN": ObjectIdentifier(2, 5, 4, 4), "SURNAME": ObjectIdentifier(2, 5, 4, 4),
        "SERIALNUMBER": serialNumber, "C": country, "L": ObjectIdentifier(2, 5, 4, 7), "ST": ObjectIdentifier(2, 5, 4, 8),
        "S": ObjectIdentifier(2, 5, 4, 8), "STREET": ObjectIdentifier(2, 5, 4, 9), "O": ObjectIdentifier(2, 5, 4, 10),
        "OU": ObjectIdentifier(2, 5, 4, 11), "T": ObjectIdentifier(2, 5, 4, 12), "TITLE": ObjectIdentifier(2, 5, 4, 12),
        "GIVENNAME": ObjectIdentifier(2, 5, 4, 42), "INITIALS": ObjectIdentifier(2, 5, 4, 43),
        "GENERATION": ObjectIdentifier(2, 5, 4, 44), "DNQ": qualifier, "DNQUALIFIER": qualifier, "DC": domainComponent,
        "UID": ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 1), "EMAILADDRESS": emailAddress, "EMAIL": emailAddress, "E": emailAddress,
    ]

    init?(_ name: String) {
        let upper = name.uppercased()
        let digits = upper.hasPrefix("OID.") ? String(upper.dropFirst(4)) : upper
        guard let identifier = Self.byName[upper] ?? ObjectIdentifier(dotted: digits) else { return nil }
        self.identifier = identifier
        string =
            switch identifier {
            case Self.domainComponent, Self.emailAddress: DERElement.Tag.ia5String
            case Self.country, Self.serialNumber, Self.qualifier: DERElement.Tag.printableString
            default: nil
            }
    }

    /// nil when the type allows only a string that cannot hold the value.
    func encode(_ value: String) -> [UInt8]? {
        let octets = Array(value.utf8)
        let tag = string ?? (octets.allSatisfy(Self.isPrintable) ? DERElement.Tag.printableString : DERElement.Tag.utf8String)
        if tag == DERElement.Tag.printableString, !octets.allSatisfy(Self.isPrintable) { return nil }
        if tag == DERElement.Tag.ia5String, !octets.allSatisfy({ $0 < 0x80 }) { return nil }
        return DER.element(tag, octets)
    }

    /// X.680 §41.4.
    private static func isPrintable(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: " '()+,-./:=?".utf8.contains(octet)
        }
    }
}
