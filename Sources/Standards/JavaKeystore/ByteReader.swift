/// Takes fields, big-endian as Java writes them, from bytes an attacker may have written; no input makes it trap.
struct ByteReader {
    private(set) var rest: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Where in the file the next field begins.
    var offset: Int { rest.startIndex }

    mutating func take(_ count: Int, of field: String) throws(KeystoreError) -> ArraySlice<UInt8> {
        guard count >= 0 else { throw .malformed(field: field, offset: offset) }
        guard count <= rest.count else { throw .truncated(field: field, offset: offset) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func byte(of field: String) throws(KeystoreError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated(field: field, offset: offset) }
        return byte
    }

    mutating func unsigned16(of field: String) throws(KeystoreError) -> Int {
        try take(2, of: field).reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func signed32(of field: String) throws(KeystoreError) -> Int {
        let bits = try take(4, of: field).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Int(Int32(bitPattern: bits))
    }

    mutating func signed64(of field: String) throws(KeystoreError) -> Int64 {
        let bits = try take(8, of: field).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(bitPattern: bits)
    }

    /// Bytes with a four-byte length in front. Java reads it as signed and refuses negative ones; so do we.
    mutating func bytes32(of field: String) throws(KeystoreError) -> ArraySlice<UInt8> {
        let start = offset
        let count = try signed32(of: field)
        guard count >= 0 else { throw .malformed(field: field, offset: start) }
        return try take(count, of: field)
    }

    /// Text with a two-byte length in front.
    mutating func modifiedUTF8(of field: String) throws(KeystoreError) -> [UInt16] {
        let count = try unsigned16(of: field)
        return try ModifiedUTF8.decode(take(count, of: field), of: field)
    }
}

/// Limits what a file can make us keep. An alias or a certificate of a few bytes costs about a hundred in memory, so a file gets as many
/// as its size makes plausible: a genuine entry takes 300 bytes and more. This keeps a reading within four times the file's size.
struct ItemBudget {
    private let limit: Int
    private var spent = 0
    init(fileSize: Int) { limit = 1024 + fileSize / 64 }

    mutating func spend(on field: String) throws(KeystoreError) {
        spent += 1
        guard spent <= limit else { throw .overLimit(field: field, found: spent, limit: limit) }
    }
}
