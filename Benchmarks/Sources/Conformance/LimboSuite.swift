import Foundation
import PathCorpora

extension Suite {
    static let limbo = Suite(
        name: "limbo", arguments: "FILE.json[.gz]…: x509-limbo and bettertls",
        run: { files in
            var results: [CaseResult] = []
            for file in files {
                for item in try LimboCase.read(Corpora.contents(of: file)) { results.append(await item.result(now: Date())) }
            }
            return results
        }, document: harnessResult)

    /// x509-limbo's own schema of results.
    private struct Document: Encodable {
        struct Entry: Encodable {
            var id: String
            var actual_result: String
            var context: String
        }
        var version = 1
        var harness = "midguard"
        var results: [Entry]
    }

    @Sendable private static func harnessResult(_ results: [CaseResult]) throws -> Data {
        let entries = results.map { Document.Entry(id: $0.id, actual_result: $0.actual ?? "SKIPPED", context: $0.why) }
        return try JSONEncoder().encode(Document(results: entries))
    }
}
