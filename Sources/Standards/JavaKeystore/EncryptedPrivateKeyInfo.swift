/// RFC 5208 §6: SEQUENCE { SEQUENCE { algorithm, parameters }, OCTET STRING }. Read by hand and not into a tree, so that no input makes it
/// allocate.
struct EncryptedPrivateKeyInfo {
    /// Contents of the OBJECT IDENTIFIER.
    let algorithm: ArraySlice<UInt8>
    /// What follows it, tag and all; empty when absent.
    let parameters: ArraySlice<UInt8>
    let contents: ArraySlice<UInt8>

    init(_ der: [UInt8]) throws(KeystoreError) {
        var outer = ByteReader(der[...])
        var info = ByteReader(try outer.value(tag: Tag.sequence, of: "EncryptedPrivateKeyInfo"))
        guard outer.rest.isEmpty else { throw .malformed(field: "end of EncryptedPrivateKeyInfo", offset: outer.offset) }
        var identifier = ByteReader(try info.value(tag: Tag.sequence, of: "key protection algorithm"))
        algorithm = try identifier.value(tag: Tag.objectIdentifier, of: "key protection algorithm")
        parameters = identifier.rest
        contents = try info.value(tag: Tag.octetString, of: "protected key")
        guard info.rest.isEmpty else { throw .malformed(field: "end of EncryptedPrivateKeyInfo", offset: info.offset) }
    }

    var parametersAreAbsentOrNull: Bool { parameters.isEmpty || parameters.elementsEqual(Self.null) }

    static func encode(algorithm: [UInt8], contents: [UInt8]) -> [UInt8] {
        let identifier = element(Tag.sequence, element(Tag.objectIdentifier, algorithm) + null)
        return element(Tag.sequence, identifier + element(Tag.octetString, contents))
    }

    private enum Tag {
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let sequence: UInt8 = 0x30
    }
    private static let null: [UInt8] = [0x05, 0x00]

    private static func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
        if contents.count < 0x80 { return [tag, UInt8(contents.count)] + contents }
        var length: [UInt8] = []
        var rest = contents.count
        while rest > 0 {
            length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + contents
    }
}

extension ByteReader {
    /// The contents of the next DER element, which must have `tag` (X.690 §8.1.3, §10.1: definite length in its shortest form).
    fileprivate mutating func value(tag: UInt8, of field: String) throws(KeystoreError) -> ArraySlice<UInt8> {
        let start = offset
        guard try take(1, of: field).first == tag else { throw .malformed(field: field, offset: start) }
        let first = try take(1, of: field).reduce(0) { $0 | Int($1) }
        if first < 0x80 { return try take(first, of: field) }
        let lengthBytes = first & 0x7F
        guard (1...4).contains(lengthBytes) else { throw .malformed(field: field, offset: start) }
        let length = try take(lengthBytes, of: field).reduce(0) { $0 << 8 | Int($1) }
        guard length >= 0x80, length >> (8 * (lengthBytes - 1)) > 0 else { throw .malformed(field: field, offset: start) }
        return try take(length, of: field)
    }
}

enum ObjectIdentifierText {
    /// `1.2.840…`, for people; hexadecimal when the bytes are no identifier that makes sense.
    static func dotted(_ contents: ArraySlice<UInt8>) -> String {
        var arcs: [UInt64] = []
        var arc: UInt64 = 0
        for byte in contents {
            guard arc < 1 << 56, arcs.count < 32 else { return contents.prefix(32).hexadecimal }
            arc = arc << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 {
                arcs.append(arc)
                arc = 0
            }
        }
        guard let first = arcs.first, contents.last.map({ $0 & 0x80 == 0 }) == true else { return contents.prefix(32).hexadecimal }
        let root = min(first / 40, 2)
        return ([root, first - 40 * root] + arcs.dropFirst()).map(String.init).joined(separator: ".")
    }
}
