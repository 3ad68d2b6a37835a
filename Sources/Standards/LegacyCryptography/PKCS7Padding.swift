/// Fills the last block of a message: RFC 5652 §6.3 (and, for blocks of eight bytes, RFC 8018 §6.1.1).
package enum PKCS7Padding {
    /// The message and 1...blockSize bytes that hold their own number. `blockSize` is 1...255.
    package static func add(to message: some Collection<UInt8>, blockSize: Int) -> [UInt8] {
        precondition((1...255).contains(blockSize), "the block size is the cipher's, not the message's")
        let count = blockSize - message.count % blockSize
        return Array(message) + Array(repeating: UInt8(count), count: count)
    }

    /// The message without its padding; nil when this is no padded message. The time depends on the length of `padded` alone, not on its
    /// contents, until the answer is known.
    package static func remove(from padded: [UInt8], blockSize: Int) -> [UInt8]? {
        guard (1...255).contains(blockSize), padded.count.isMultiple(of: blockSize), let last = padded.last else { return nil }
        let count = UInt32(last)
        var wrong = maskIfLess(count, 1) | maskIfLess(UInt32(blockSize), count)
        // Every byte of the last block is looked at, whatever the padding claims to be.
        for (distance, byte) in padded.reversed().prefix(blockSize).enumerated() {
            wrong |= maskIfLess(UInt32(distance), count) & (UInt32(byte) ^ count)
        }
        return wrong == 0 ? Array(padded.dropLast(Int(last))) : nil
    }
}
