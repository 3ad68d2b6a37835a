/// A block cipher with its key scheduled. A block is a number whose most significant byte comes first in the message.
protocol BlockCipher {
    associatedtype Block: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
    func encrypt(_ block: Block) -> Block
    func decrypt(_ block: Block) -> Block
}

/// CBC mode (NIST SP 800-38A §6.2) over whole blocks; padding is the caller's.
enum CipherBlockChaining {
    /// Throws `unusableSize` when the initialization vector is not one block or the message not whole blocks.
    @inline(__always) static func encrypt<Cipher: BlockCipher>(
        _ message: ArraySlice<UInt8>, with cipher: Cipher, iv: [UInt8]
    ) throws(LegacyCryptographyError) -> [UInt8] {
        var previous = try Self.firstBlock(iv, of: Cipher.self, for: message)
        return mapBlocks(of: message) { (block: Cipher.Block) in
            previous = cipher.encrypt(block ^ previous)
            return previous
        }
    }

    /// Throws as `encrypt` does.
    @inline(__always) static func decrypt<Cipher: BlockCipher>(
        _ message: ArraySlice<UInt8>, with cipher: Cipher, iv: [UInt8]
    ) throws(LegacyCryptographyError) -> [UInt8] {
        var previous = try Self.firstBlock(iv, of: Cipher.self, for: message)
        return mapBlocks(of: message) { (block: Cipher.Block) in
            defer { previous = block }
            return cipher.decrypt(block) ^ previous
        }
    }

    private static func firstBlock<Cipher: BlockCipher>(
        _ iv: [UInt8], of cipher: Cipher.Type, for message: ArraySlice<UInt8>
    ) throws(LegacyCryptographyError) -> Cipher.Block {
        let size = MemoryLayout<Cipher.Block>.size
        guard iv.count == size else { throw .unusableSize(of: .initializationVector, bytes: iv.count) }
        guard message.count.isMultiple(of: size) else { throw .unusableSize(of: .message, bytes: message.count) }
        return iv.withUnsafeBytes { Cipher.Block(bigEndian: $0.loadUnaligned(as: Cipher.Block.self)) }
    }

    /// Of `message`, which is whole blocks, each block transformed, in order.
    @inline(__always) private static func mapBlocks<Block: FixedWidthInteger & BitwiseCopyable>(
        of message: ArraySlice<UInt8>, _ transform: (Block) -> Block
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: message.count) { output, written in
            message.withUnsafeBytes { input in
                let output = UnsafeMutableRawBufferPointer(output)
                for offset in stride(from: 0, to: input.count, by: MemoryLayout<Block>.size) {
                    let block = Block(bigEndian: input.loadUnaligned(fromByteOffset: offset, as: Block.self))
                    output.storeBytes(of: transform(block).bigEndian, toByteOffset: offset, as: Block.self)
                }
            }
            written = message.count
        }
    }
}
