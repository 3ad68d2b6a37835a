import Testing

@testable import LegacyCryptography

@Suite("Padding comes off if and only if it is padding (RFC 5652 §6.3)") struct PaddingTests {
    @Test(arguments: [1, 8, 16, 255]) func everyLengthThereAndBack(_ blockSize: Int) {
        for size in 0...3 * blockSize + 1 {
            let message = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            let padded = PKCS7Padding.add(to: message, blockSize: blockSize)
            #expect(padded.count.isMultiple(of: blockSize) && (1...blockSize).contains(padded.count - size))
            #expect(PKCS7Padding.remove(from: padded, blockSize: blockSize) == message)
        }
    }

    @Test(arguments: [8, 16]) func everyLastByteAgainstADefinition(_ blockSize: Int) {
        for value in UInt8.min...UInt8.max {
            for genuine in 0...blockSize {
                // `genuine` bytes of this value at the end, something else before them.
                let block = Array(repeating: value &+ 1, count: 2 * blockSize - genuine) + Array(repeating: value, count: genuine)
                let isPadding = genuine > 0 && (1...blockSize).contains(Int(value)) && genuine >= Int(value)
                let expected = isPadding ? Array(block.dropLast(Int(value))) : nil
                // With no byte of its own at the end the block ends with the other value.
                if genuine > 0 { #expect(PKCS7Padding.remove(from: block, blockSize: blockSize) == expected, "\(block)") }
            }
        }
    }

    @Test func sizesThatAreNone() {
        #expect(PKCS7Padding.remove(from: [], blockSize: 8) == nil)
        #expect(PKCS7Padding.remove(from: [1, 1, 1], blockSize: 8) == nil)
        #expect(PKCS7Padding.remove(from: [1], blockSize: 0) == nil)
        #expect(PKCS7Padding.remove(from: [1], blockSize: -1) == nil)
        #expect(PKCS7Padding.remove(from: [1], blockSize: 256) == nil)
    }
}

@Suite("Two byte strings are equal when all their bytes are") struct ConstantTimeTests {
    @Test func comparison() {
        let bytes: [UInt8] = Array(0..<64)
        #expect(equalInConstantTime(bytes, bytes[...]))
        #expect(equalInConstantTime([], []))
        #expect(!equalInConstantTime(bytes, bytes.dropLast()))
        for index in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[index] ^= 1 << UInt8(bit)
                #expect(!equalInConstantTime(bytes, other))
            }
        }
    }

    @Test func wiping() {
        var bytes: [UInt8] = [1, 2, 3]
        bytes.wipe()
        #expect(bytes == [0, 0, 0])
    }
}
