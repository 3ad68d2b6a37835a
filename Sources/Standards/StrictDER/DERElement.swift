/// One DER element: identifier octet, content, and all of it as it was written. Slices of the bytes that were read: nothing is copied.
public struct DERElement: Hashable, Sendable {
    /// All of it.
    public let encoded: ArraySlice<UInt8>
    /// One slice is kept, and not two: to hold the bytes takes longer than to read the octets.
    private let headerLength: Int

    /// - Parameter headerLength: of identifier and length octets, at most all there are.
    init(encoded: ArraySlice<UInt8>, headerLength: Int) { (self.encoded, self.headerLength) = (encoded, headerLength) }

    public var tag: UInt8 { encoded[encoded.startIndex] }
    public var content: ArraySlice<UInt8> { encoded[(encoded.startIndex + headerLength)...] }

    /// Reads what is inside this element.
    public var inside: DERReader { DERReader(content) }
}

extension DERElement {
    /// Identifier octets (X.690 §8.1.2) of the types that keystores, certificates and revocation evidence use.
    public enum Tag {
        public static let boolean: UInt8 = 0x01, integer: UInt8 = 0x02, bitString: UInt8 = 0x03, octetString: UInt8 = 0x04
        public static let null: UInt8 = 0x05, objectIdentifier: UInt8 = 0x06, enumerated: UInt8 = 0x0A, utf8String: UInt8 = 0x0C
        public static let printableString: UInt8 = 0x13, teletexString: UInt8 = 0x14, ia5String: UInt8 = 0x16
        public static let utcTime: UInt8 = 0x17, generalizedTime: UInt8 = 0x18, universalString: UInt8 = 0x1C, bmpString: UInt8 = 0x1E
        public static let sequence: UInt8 = 0x30, set: UInt8 = 0x31
        /// `[number]`, constructed (explicit, or implicit over a SEQUENCE) or primitive.
        public static func constructed(_ number: UInt8) -> UInt8 { 0xA0 | number }
        public static func primitive(_ number: UInt8) -> UInt8 { 0x80 | number }
    }

    private func malformed(_ field: String) -> DERError { DERError(.malformed, field: field, offset: encoded.startIndex) }

    /// BIT STRING without unused bits, as signatures and keys are.
    public func bits(_ field: String) throws(DERError) -> ArraySlice<UInt8> {
        guard tag == Tag.bitString, content.first == 0 else { throw malformed(field) }
        return content.dropFirst()
    }

    /// BOOLEAN content: FF or 00, nothing else in DER.
    public func boolean(_ field: String) throws(DERError) -> Bool {
        guard content.count == 1, let octet = content.first, octet == 0xFF || octet == 0 else { throw malformed(field) }
        return octet == 0xFF
    }

    /// A non-negative INTEGER or ENUMERATED below 128, in one octet.
    public func small(_ field: String) throws(DERError) -> Int {
        guard content.count == 1, let octet = content.first, octet < 0x80 else { throw malformed(field) }
        return Int(octet)
    }

    /// A non-negative INTEGER of up to eight octets, in its shortest form. One that is too large for `Int` is `overLimit`.
    public func integer(_ field: String) throws(DERError) -> Int {
        guard let first = content.first, first < 0x80 else { throw malformed(field) }
        if content.count > 1, first == 0, let second = content.dropFirst().first, second < 0x80 { throw malformed(field) }
        guard content.count <= 8 else {
            throw DERError(.overLimit(found: content.count, limit: 8), field: field, offset: encoded.startIndex)
        }
        return content.reduce(0) { $0 << 8 | Int($1) }
    }

    /// An INTEGER's magnitude as serial numbers are compared: big-endian, without leading zeros.
    public func serial(_ field: String) throws(DERError) -> ArraySlice<UInt8> {
        guard tag == Tag.integer, !content.isEmpty else { throw malformed(field) }
        if content.count > 1, content.first == 0, let second = content.dropFirst().first, second < 0x80 { throw malformed(field) }
        return content.drop { $0 == 0 }
    }
}
