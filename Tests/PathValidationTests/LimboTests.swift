import Foundation
import PathValidation
import SwiftASN1
import Testing

/// Cases of x509-limbo and bettertls: folder `path-validation` of `MIDGUARD_CORPORA`, by default `../shared/corpora` beside the package.
@Suite(
    "Path validation agrees with x509-limbo and bettertls, but for what limbo-exceptions.json names",
    .enabled(if: LimboCorpus.isPresent))
struct LimboTests {
    struct Exception: Codable {
        var id: String
        var expected: String
        var actual: String
        var reason: String
    }

    @Test func agree() async throws {
        let cases = try LimboCorpus.cases()
        #expect(cases.count > 1_000)
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("limbo-exceptions.json")
        let exceptions = try JSONDecoder().decode([Exception].self, from: Data(contentsOf: url))
        let known = Dictionary(uniqueKeysWithValues: exceptions.map { ($0.id, $0) })
        var met: Set<String> = []
        var disagreements: [String] = []
        for item in cases {
            let actual = await item.result()
            guard let actual, actual != item.expected_result else { continue }
            met.insert(item.id)
            if known[item.id]?.actual != actual { disagreements.append("\(item.id): expected \(item.expected_result), got \(actual)") }
        }
        #expect(disagreements.isEmpty, "\(disagreements.joined(separator: "\n"))")
        let stale = known.keys.filter { !met.contains($0) }.sorted()
        #expect(stale.isEmpty, "these agree now, so they are no exceptions: \(stale)")
    }
}

enum LimboCorpus {
    static var url: URL {
        let named = ProcessInfo.processInfo.environment["MIDGUARD_CORPORA"].map { URL(fileURLWithPath: $0) }
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("shared/corpora")
        return (named ?? beside).appendingPathComponent("path-validation/limbo-dev.json.gz")
    }

    static var isPresent: Bool {
        let present = FileManager.default.fileExists(atPath: url.path)
        if !present { print("No path-validation corpus at \(url.path): its tests are skipped. MIDGUARD_CORPORA names another folder.") }
        return present
    }

    static func cases() throws -> [LimboCase] {
        struct Document: Decodable { var testcases: [LimboCase] }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(Document.self, from: data).testcases
    }
}

struct LimboCase: Decodable, Sendable {
    struct Name: Decodable, Sendable {
        var kind: String
        var value: String
    }
    var id: String
    var validation_kind: String
    var trusted_certs: [String]
    var untrusted_intermediates: [String]
    var peer_certificate: String
    var validation_time: String?
    var key_usage: [String]
    var extended_key_usage: [String]
    var expected_result: String
    var expected_peer_name: Name?
    var max_chain_depth: Int?
    var crls: [String]?

    /// nil for what there is no way to ask yet: revocation lists, key usage and client names.
    func result() async -> String? {
        guard validation_kind == "SERVER", (crls ?? []).isEmpty, key_usage.isEmpty else { return nil }
        guard let leaf = Self.parse(peer_certificate) else { return "FAILURE" }
        let anchors = TrustAnchors(trusted_certs.compactMap(Self.parse))
        let time = validation_time.flatMap { try? Date($0, strategy: .iso8601) } ?? Date(timeIntervalSince1970: 1_795_000_000)
        // The limit counts the certificates between end entity and anchor.
        let budget = Budget(depth: max_chain_depth.map { $0 + 2 } ?? Budget.standard.depth)
        let outcome = await PathBuilder().build(
            presented: [leaf] + untrusted_intermediates.compactMap(Self.parse), anchors: anchors, at: time, budget: budget)
        guard outcome.isValid else { return "FAILURE" }
        if let name = expected_peer_name, ["DNS", "IP"].contains(name.kind), !matchName(name.value, against: leaf).isMatch {
            return "FAILURE"
        }
        return "SUCCESS"
    }

    private static func parse(_ pem: String) -> ParsedCertificate? {
        (try? PEMDocument(pemString: pem)).flatMap { try? ParsedCertificate(der: $0.derBytes) }
    }
}
