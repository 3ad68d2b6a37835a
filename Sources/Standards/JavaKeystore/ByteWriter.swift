/// Puts fields, big-endian, as Java reads them.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func unsigned16(_ value: UInt16) { append(value) }
    mutating func unsigned32(_ value: UInt32) { append(value) }
    mutating func unsigned64(_ value: UInt64) { append(value) }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    mutating func count32(_ value: Int, of field: String) throws(KeystoreError) {
        guard let signed = Int32(exactly: value) else { throw .overLimit(field: field, found: value, limit: Int(Int32.max)) }
        unsigned32(UInt32(bitPattern: signed))
    }

    /// A four-byte length, then the bytes.
    mutating func bytes32(_ contents: some Collection<UInt8>, of field: String) throws(KeystoreError) {
        try count32(contents.count, of: field)
        bytes += contents
    }

    /// A two-byte length, then modified UTF-8.
    mutating func text(_ units: [UInt16], of field: String) throws(KeystoreError) {
        let encoded = ModifiedUTF8.encode(units)
        guard let length = UInt16(exactly: encoded.count) else {
            throw .overLimit(field: field, found: encoded.count, limit: Int(UInt16.max))
        }
        unsigned16(length)
        bytes += encoded
    }
}
