/// Takes DER elements one after the other, without recursion and without copying: lists of revoked certificates and of keys are long. No
/// input makes it trap. Lengths are definite and minimal, tags below 31, as all of RFC 5280, 5652, 6960 and 7292 is written.
public struct DERReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    /// Where the next element begins.
    public private(set) var offset: Int
    public init(_ bytes: ArraySlice<UInt8>) { (self.bytes, offset) = (bytes, bytes.startIndex) }

    public var rest: ArraySlice<UInt8> { bytes[offset...] }
    public var isAtEnd: Bool { offset == bytes.endIndex }
    public var nextTag: UInt8? { isAtEnd ? nil : bytes[offset] }

    public mutating func next(_ field: String) throws(DERError) -> DERElement {
        // Read in place: popping octets off a slice one by one costs more than all the rest.
        let start = offset - bytes.startIndex
        let header = bytes.withUnsafeBufferPointer { Self.header(UnsafeBufferPointer(rebasing: $0[start...])) }
        guard case .read(let headerLength, let length) = header else {
            throw DERError(header == .truncated ? .truncated : .malformed, field: field, offset: offset)
        }
        guard length <= bytes.endIndex - offset - headerLength else { throw DERError(.truncated, field: field, offset: offset) }
        let end = offset + headerLength + length
        defer { offset = end }
        return DERElement(encoded: bytes[offset..<end], headerLength: headerLength)
    }

    private enum Header: Equatable { case read(octets: Int, length: Int), truncated, malformed }

    private static func header(_ bytes: UnsafeBufferPointer<UInt8>) -> Header {
        guard bytes.count >= 2 else { return .truncated }
        let first = bytes[1]
        guard bytes[0] & 0x1F != 0x1F else { return .malformed }
        if first < 0x80 { return .read(octets: 2, length: Int(first)) }
        let octets = Int(first & 0x7F)
        guard (1...4).contains(octets) else { return .malformed }
        guard bytes.count >= 2 + octets else { return .truncated }
        var length = 0
        for index in 2..<(2 + octets) { length = length << 8 | Int(bytes[index]) }
        // Minimal: no leading zero, and the short form where it does.
        guard bytes[2] != 0, length >= 0x80 else { return .malformed }
        return .read(octets: 2 + octets, length: length)
    }

    public mutating func take(_ tag: UInt8, _ field: String) throws(DERError) -> DERElement {
        guard let found = nextTag else { throw DERError(.truncated, field: field, offset: offset) }
        guard found == tag else { throw DERError(.malformed, field: field, offset: offset) }
        return try next(field)
    }

    public mutating func takeIfPresent(_ tag: UInt8, _ field: String) throws(DERError) -> DERElement? {
        nextTag == tag ? try next(field) : nil
    }

    /// Leftover bytes are an error.
    public func end(_ field: String) throws(DERError) {
        guard isAtEnd else { throw DERError(.malformed, field: field, offset: offset) }
    }

    /// The one element that the bytes are.
    public static func single(_ tag: UInt8, in bytes: ArraySlice<UInt8>, _ field: String) throws(DERError) -> DERElement {
        var reader = DERReader(bytes)
        let element = try reader.take(tag, field)
        try reader.end(field)
        return element
    }
}
