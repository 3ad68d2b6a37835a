/// The fixed permutations and matrices of Twofish (§4.2, §4.3 of the paper).
enum TwofishTables {
    /// A byte of a word on its way through h, before the MDS matrix: permutations and key bytes in turn (§4.3.2). `list` holds two to four
    /// rows of four bytes.
    static func substitute(_ byte: UInt8, at position: Int, _ list: [[UInt8]]) -> UInt8 {
        // Which of q0 and q1 comes before the XOR with list[3], list[2], list[1] and list[0], and which at the end, per position.
        let order = [[1, 1, 0, 0, 1], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1], [1, 0, 1, 1, 0]][position]
        var byte = byte
        for row in list.indices.reversed() { byte = permutations[order[3 - row]][Int(byte)] ^ list[row][position] }
        return permutations[order[4]][Int(byte)]
    }

    /// `byte` times column `position` of MDS, as a word whose lowest byte is row 0.
    static func column(_ position: Int, times byte: UInt8) -> UInt32 { columns[position][Int(byte)] }

    /// For each column of MDS its products with 0...255; the field is modulo x^8 + x^6 + x^5 + x^3 + 1.
    private static let columns: [[UInt32]] = (0..<4).map { position in
        (UInt8.min...UInt8.max).map { byte in mds.reversed().reduce(0) { $0 << 8 | UInt32(multiply(byte, $1[position], modulus: 0x169)) } }
    }

    /// RS times eight bytes of the key; the field is modulo x^8 + x^6 + x^3 + x^2 + 1.
    static func reedSolomon(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        rs.map { row in zip(row, bytes).reduce(0) { $0 ^ multiply($1.0, $1.1, modulus: 0x14D) } }
    }

    private static func multiply(_ left: UInt8, _ right: UInt8, modulus: UInt16) -> UInt8 {
        var product: UInt16 = 0
        for bit in (0..<8).reversed() {
            product <<= 1
            if product & 0x100 != 0 { product ^= modulus }
            if right >> bit & 1 != 0 { product ^= UInt16(left) }
        }
        return UInt8(truncatingIfNeeded: product)
    }

    private static let mds: [[UInt8]] = [
        [0x01, 0xEF, 0x5B, 0x5B], [0x5B, 0xEF, 0xEF, 0x01], [0xEF, 0x5B, 0x01, 0xEF], [0xEF, 0x01, 0xEF, 0x5B],
    ]
    private static let rs: [[UInt8]] = [
        [0x01, 0xA4, 0x55, 0x87, 0x5A, 0x58, 0xDB, 0x9E], [0xA4, 0x56, 0x82, 0xF3, 0x1E, 0xC6, 0x68, 0xE5],
        [0x02, 0xA1, 0xFC, 0xC1, 0x47, 0xAE, 0x3D, 0x19], [0xA4, 0x55, 0x87, 0x5A, 0x58, 0xDB, 0x9E, 0x03],
    ]

    /// q0 and q1, made from four tables of four bits each (§4.3.5).
    private static let permutations: [[UInt8]] = nibbles.map { tables in
        (UInt8.min...UInt8.max).map { input in
            let first = mixed(input >> 4, input & 15)
            let second = mixed(tables[0][Int(first.a)], tables[1][Int(first.b)])
            return tables[3][Int(second.b)] << 4 | tables[2][Int(second.a)]
        }
    }

    private static func mixed(_ a: UInt8, _ b: UInt8) -> (a: UInt8, b: UInt8) {
        let turned: UInt8 = b >> 1 | b << 3
        return (a ^ b, (a ^ turned ^ a << 3) & 15)
    }

    private static let nibbles: [[[UInt8]]] = [
        [
            [0x8, 0x1, 0x7, 0xD, 0x6, 0xF, 0x3, 0x2, 0x0, 0xB, 0x5, 0x9, 0xE, 0xC, 0xA, 0x4],
            [0xE, 0xC, 0xB, 0x8, 0x1, 0x2, 0x3, 0x5, 0xF, 0x4, 0xA, 0x6, 0x7, 0x0, 0x9, 0xD],
            [0xB, 0xA, 0x5, 0xE, 0x6, 0xD, 0x9, 0x0, 0xC, 0x8, 0xF, 0x3, 0x2, 0x4, 0x7, 0x1],
            [0xD, 0x7, 0xF, 0x4, 0x1, 0x2, 0x6, 0xE, 0x9, 0xB, 0x3, 0x0, 0x8, 0x5, 0xC, 0xA],
        ],
        [
            [0x2, 0x8, 0xB, 0xD, 0xF, 0x7, 0x6, 0xE, 0x3, 0x1, 0x9, 0x4, 0x0, 0xA, 0xC, 0x5],
            [0x1, 0xE, 0x2, 0xB, 0x4, 0xC, 0x3, 0x7, 0x6, 0xD, 0xA, 0x5, 0xF, 0x9, 0x0, 0x8],
            [0x4, 0xC, 0x7, 0x5, 0x1, 0x6, 0x9, 0xA, 0x0, 0xE, 0xD, 0x8, 0x2, 0xB, 0x3, 0xF],
            [0xB, 0x9, 0x5, 0x1, 0xC, 0x3, 0xD, 0xE, 0x6, 0x4, 0x7, 0xF, 0x2, 0x0, 0x8, 0xA],
        ],
    ]
}
