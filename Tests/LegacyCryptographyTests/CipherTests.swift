import Testing

@testable import LegacyCryptography

@Suite("DES, Triple DES, RC2, RC4 and Twofish do what published and other implementations do") struct CipherTests {
    struct Row: Decodable { var cipher: String, origin: String, key: Hex, iv: Hex, plain: Hex, secret: Hex, bits: Int?, offset: Int? }
    static let blockCiphers = ["des", "tripleDES", "rc2", "twofish"]

    @Test(arguments: blockCiphers) func bothDirections(_ cipher: String) throws {
        let rows = try Vectors.read("ciphers", as: Row.self).filter { $0.cipher == cipher }
        #expect(rows.count >= 4, "no vectors")
        for row in rows {
            #expect(try encrypt(row).hex == row.secret.bytes.hex, "\(row)")
            #expect(try decrypt(row).hex == row.plain.bytes.hex, "\(row)")
        }
    }

    @Test func keyStreams() throws {
        let rows = try Vectors.read("ciphers", as: Row.self).filter { $0.cipher == "rc4" }
        #expect(rows.count >= 100, "no vectors")
        for row in rows {
            let offset = row.offset ?? 0
            let message = Array(repeating: UInt8(0), count: offset) + row.plain.bytes
            #expect(try InsecureRC4.apply(message[...], key: row.key.bytes).dropFirst(offset).hex == row.secret.bytes.hex, "\(row)")
        }
    }

    struct Block: Sendable { var key: Hex, bits: Int? = nil, plain: Hex, secret: Hex }
    /// RFC 2268 §5.
    static let rc2 = [
        Block(key: "0000000000000000", bits: 63, plain: "0000000000000000", secret: "ebb773f993278eff"),
        Block(key: "ffffffffffffffff", bits: 64, plain: "ffffffffffffffff", secret: "278b27e42e2f0d49"),
        Block(key: "3000000000000000", bits: 64, plain: "1000000000000001", secret: "30649edf9be7d2c2"),
        Block(key: "88", bits: 64, plain: "0000000000000000", secret: "61a8a244adacccf0"),
        Block(key: "88bca90e90875a", bits: 64, plain: "0000000000000000", secret: "6ccf4308974c267f"),
        Block(key: "88bca90e90875a7f0f79c384627bafb2", bits: 64, plain: "0000000000000000", secret: "1a807d272bbe5db1"),
        Block(key: "88bca90e90875a7f0f79c384627bafb2", bits: 128, plain: "0000000000000000", secret: "2269552ab0f85ca6"),
        Block(
            key: "88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e", bits: 129, plain: "0000000000000000",
            secret: "5b78d3a43dfff1f1"),
    ]
    @Test(arguments: rc2) func rfc2268(_ row: Block) throws {
        let iv = Array(repeating: UInt8(0), count: 8)
        let key = row.key.bytes
        #expect(try InsecureRC2.encryptCBC(row.plain.bytes[...], key: key, iv: iv, effectiveKeyBits: row.bits) == row.secret.bytes)
        #expect(try InsecureRC2.decryptCBC(row.secret.bytes[...], key: key, iv: iv, effectiveKeyBits: row.bits) == row.plain.bytes)
    }

    /// The full encryptions of the paper's appendix and of ecb_ival.txt.
    static let twofish = [
        Block(
            key: "00000000000000000000000000000000", plain: "00000000000000000000000000000000", secret: "9f589f5cf6122c32b6bfec2f2ae8c35a"),
        Block(
            key: "0123456789abcdeffedcba98765432100011223344556677", plain: "00000000000000000000000000000000",
            secret: "cfd1d2e5a9be9cdf501f13b892bd2248"),
        Block(
            key: "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff", plain: "00000000000000000000000000000000",
            secret: "37527be0052334b89f0cfccae87cfa20"),
    ]
    @Test(arguments: twofish) func twofishPaper(_ row: Block) throws {
        let iv = Array(repeating: UInt8(0), count: 16)
        #expect(try Twofish.encryptCBC(row.plain.bytes[...], key: row.key.bytes, iv: iv) == row.secret.bytes)
        #expect(try Twofish.decryptCBC(row.secret.bytes[...], key: row.key.bytes, iv: iv) == row.plain.bytes)
    }

    /// The paper's chained test: each plain text is the cipher text before, each key is made of the two before that.
    @Test func twofishChain() throws {
        var key = Array(repeating: UInt8(0), count: 32), plain = Array(repeating: UInt8(0), count: 16)
        let iv = plain
        for _ in 1...49 {
            let secret = try Twofish.encryptCBC(plain[...], key: key, iv: iv)
            key = plain + key.prefix(16)
            plain = secret
        }
        #expect(plain.hex == "37fe26ff1cf66175f5ddf4c33b97a205")
    }

    @Test func aSliceThatDoesNotBeginAtZero() throws {
        let key = Array(repeating: UInt8(7), count: 24), iv = Array(repeating: UInt8(9), count: 8), plain: [UInt8] = Array(0..<32)
        let secret = try InsecureTripleDES.encryptCBC(plain[8..<24], key: key, iv: iv)
        #expect(try InsecureTripleDES.decryptCBC(([1, 2, 3] + secret)[3...], key: key, iv: iv) == Array(plain[8..<24]))
        #expect(try InsecureRC4.apply(([1] + InsecureRC4.apply(plain[8..<24], key: key))[1...], key: key) == Array(plain[8..<24]))
    }

    private func encrypt(_ row: Row) throws -> [UInt8] {
        let plain = row.plain.bytes[...], key = row.key.bytes, iv = row.iv.bytes
        return switch row.cipher {
        case "des": try InsecureDES.encryptCBC(plain, key: key, iv: iv)
        case "tripleDES": try InsecureTripleDES.encryptCBC(plain, key: key, iv: iv)
        case "rc2": try InsecureRC2.encryptCBC(plain, key: key, iv: iv, effectiveKeyBits: row.bits == 8 * key.count ? nil : row.bits)
        default: try Twofish.encryptCBC(plain, key: key, iv: iv)
        }
    }

    private func decrypt(_ row: Row) throws -> [UInt8] {
        let secret = row.secret.bytes[...], key = row.key.bytes, iv = row.iv.bytes
        return switch row.cipher {
        case "des": try InsecureDES.decryptCBC(secret, key: key, iv: iv)
        case "tripleDES": try InsecureTripleDES.decryptCBC(secret, key: key, iv: iv)
        case "rc2": try InsecureRC2.decryptCBC(secret, key: key, iv: iv, effectiveKeyBits: row.bits)
        default: try Twofish.decryptCBC(secret, key: key, iv: iv)
        }
    }
}

@Suite("A cipher refuses what has not its sizes, and says which") struct CipherSizeTests {
    typealias CBC = @Sendable (ArraySlice<UInt8>, [UInt8], [UInt8]) throws -> [UInt8]
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String, block: Int, keys: Set<Int>, encrypt: CBC, decrypt: CBC
    }
    static let rows = [
        Row(
            testDescription: "DES", block: 8, keys: [8], encrypt: { try InsecureDES.encryptCBC($0, key: $1, iv: $2) },
            decrypt: { try InsecureDES.decryptCBC($0, key: $1, iv: $2) }),
        Row(
            testDescription: "Triple DES", block: 8, keys: [24], encrypt: { try InsecureTripleDES.encryptCBC($0, key: $1, iv: $2) },
            decrypt: { try InsecureTripleDES.decryptCBC($0, key: $1, iv: $2) }),
        Row(
            testDescription: "RC2", block: 8, keys: Set(1...128), encrypt: { try InsecureRC2.encryptCBC($0, key: $1, iv: $2) },
            decrypt: { try InsecureRC2.decryptCBC($0, key: $1, iv: $2) }),
        Row(
            testDescription: "Twofish", block: 16, keys: [16, 24, 32], encrypt: { try Twofish.encryptCBC($0, key: $1, iv: $2) },
            decrypt: { try Twofish.decryptCBC($0, key: $1, iv: $2) }),
    ]

    @Test(arguments: rows) func keys(_ row: Row) throws {
        let iv = Array(repeating: UInt8(1), count: row.block)
        for size in 0...140 {
            let key = Array(repeating: UInt8(2), count: size)
            for call in [row.encrypt, row.decrypt] {
                if row.keys.contains(size) {
                    #expect(try call(iv[...], key, iv).count == row.block)
                } else {
                    #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: size)) { try call(iv[...], key, iv) }
                }
            }
        }
    }

    @Test(arguments: rows) func initializationVectorsAndMessages(_ row: Row) throws {
        let key = Array(repeating: UInt8(2), count: row.keys.min() ?? 0)
        for size in 0...40 {
            let bytes = Array(repeating: UInt8(1), count: size), iv = Array(repeating: UInt8(1), count: row.block)
            for call in [row.encrypt, row.decrypt] {
                if size != row.block {
                    let refusal = LegacyCryptographyError.unusableSize(of: .initializationVector, bytes: size)
                    #expect(throws: refusal) { try call(iv[...], key, bytes) }
                }
                if size.isMultiple(of: row.block) {
                    #expect(try call(bytes[...], key, iv).count == size)
                } else {
                    #expect(throws: LegacyCryptographyError.unusableSize(of: .message, bytes: size)) { try call(bytes[...], key, iv) }
                }
            }
        }
    }

    @Test func effectiveBitsAndStreamKeys() throws {
        let block = Array(repeating: UInt8(1), count: 8)
        for bits in [Int.min, -1, 0, 1025, Int.max] {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: 8)) {
                try InsecureRC2.decryptCBC(block[...], key: block, iv: block, effectiveKeyBits: bits)
            }
        }
        for bits in 1...1024 { #expect(try InsecureRC2.decryptCBC(block[...], key: block, iv: block, effectiveKeyBits: bits).count == 8) }
        #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: 0)) { try InsecureRC4.apply([1], key: []) }
        #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: 257)) {
            try InsecureRC4.apply([1], key: Array(repeating: 1, count: 257))
        }
        #expect(try InsecureRC4.apply([], key: block).isEmpty)
    }
}
