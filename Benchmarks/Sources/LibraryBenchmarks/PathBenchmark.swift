import Foundation
import PathValidation

enum PathBenchmark {
    /// ROOT INTERMEDIATE LEAF ROUNDS, the certificates as PEM: microseconds for reading leaf and intermediate, building the path to the
    /// root, checking it, and comparing the name `leaf.example`.
    static func validate(_ arguments: [String]) async throws {
        guard arguments.count == 4, let rounds = Int(arguments[3]) else { throw Misuse() }
        let (root, intermediate, leaf) = (try bytes(arguments[0]), try bytes(arguments[1]), try bytes(arguments[2]))
        let anchors = TrustAnchors([try ParsedCertificate(der: root)])
        let moment = Date()
        let microseconds = try await medianOf(rounds: rounds) {
            let presented = [try ParsedCertificate(der: leaf), try ParsedCertificate(der: intermediate)]
            let outcome = await PathBuilder().build(presented: presented, anchors: anchors, at: moment)
            guard outcome.isValid, matchName("leaf.example", against: presented[0]).isMatch else { throw NotValid(outcome: outcome) }
        }
        print(microseconds)
    }

    struct NotValid: Error { var outcome: PathOutcome }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        guard let data = Data(base64Encoded: lines.filter { !$0.hasPrefix("-----") }.joined()) else { throw Misuse() }
        return Array(data)
    }
}
