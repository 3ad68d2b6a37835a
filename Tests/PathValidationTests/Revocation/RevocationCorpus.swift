import Foundation
import PathCorpora
import PathValidation
import StrictDER
import SwiftASN1

/// Files of other makers: folder `path-validation` of `MIDGUARD_CORPORA`, by default `../shared/corpora` beside the package.
enum RevocationCorpus {
    static let folder = Corpora.url("path-validation")

    static func has(_ name: String) -> Bool {
        let present = FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
        if !present { print("No \(name) in \(folder.path): its tests are skipped. MIDGUARD_CORPORA names another folder.") }
        return present
    }

    struct Document<Case: Decodable>: Decodable { var cases: [Case] }

    /// The `cases` of a compressed JSON file.
    static func cases<Case: Decodable>(_ name: String) throws -> [Case] {
        try JSONDecoder().decode(Document<Case>.self, from: output("/bin/gzip", ["-dc", folder.appendingPathComponent(name).path])).cases
    }

    static func output(_ program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    struct Exception: Codable {
        var id: String
        var expected: String
        var got: String
        var reason: String
    }

    static func exceptions() throws -> [String: Exception] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("revocation-exceptions.json")
        let all = try JSONDecoder().decode([Exception].self, from: Data(contentsOf: url))
        return Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
    }

    /// What disagrees and is not listed, and what is listed and agrees.
    static func compare(_ results: [(id: String, expected: String, actual: String)], exceptionsFor prefix: [String]) throws -> [String] {
        let known = try exceptions()
        var complaints: [String] = []
        for result in results where result.expected != result.actual && known[result.id]?.got != result.actual {
            complaints.append("\(result.id): expected \(result.expected), got \(result.actual)")
        }
        let agreeing = Set(results.filter { $0.expected == $0.actual }.map(\.id))
        let mine = known.keys.filter { id in prefix.contains { id.hasPrefix($0) } }
        complaints += mine.filter { agreeing.contains($0) }.sorted().map { "\($0) agrees now, so it is no exception" }
        return complaints
    }
}

extension RevocationOutcome.Status {
    /// As the corpora write it.
    var word: String {
        switch self {
        case .good: "GOOD"
        case .revoked: "REVOKED"
        case .unknown: "UNKNOWN"
        }
    }
    var obstacles: [RevocationObstacle] { if case .unknown(let why) = self { why } else { [] } }
    var proof: RevocationProof? {
        switch self {
        case .good(let proof), .revoked(let proof, _, _): proof
        case .unknown: nil
        }
    }
}

extension CertificateOutline {
    init?(pem: String) {
        guard let document = try? PEMDocument(pemString: pem), let outline = try? CertificateOutline(der: document.derBytes[...]) else {
            return nil
        }
        self = outline
    }
}
