import Testing

/// One line of `Vectors/derivations/vectors.json`.
struct DerivationRow: Decodable {
    var kind: String, origin: String, output: Hex?
    var hash: String?, purpose: UInt8?, password: Hex?, salt: Hex?, iterations: Int?, swapped: Bool?, plain: Hex?, secret: Hex?

    static func all(of kind: String) throws -> [DerivationRow] {
        try Vectors.read("derivations", as: DerivationRow.self).filter { $0.kind == kind }
    }
    func bytes(_ field: KeyPath<DerivationRow, Hex?>) throws -> [UInt8] { try #require(self[keyPath: field]).bytes }
}
