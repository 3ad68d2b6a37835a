import Foundation

/// The file `Vectors/<family>/vectors.json`: what other implementations computed. Its README says which.
enum Vectors {
    static func read<Row: Decodable>(_ family: String, as row: Row.Type) throws -> [Row] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Vectors/\(family)")
        return try JSONDecoder().decode([Row].self, from: Data(contentsOf: folder.appendingPathComponent("vectors.json")))
    }
}

/// Bytes written in hexadecimal, also in a JSON file.
struct Hex: Decodable, Sendable, ExpressibleByStringLiteral {
    let bytes: [UInt8]
    init(_ text: some StringProtocol) {
        let digits = text.filter { !$0.isWhitespace }.compactMap { $0.hexDigitValue.map(UInt8.init) }
        bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
    init(stringLiteral text: String) { self.init(text) }
    init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode(String.self)) }
}

extension Sequence<UInt8> {
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
