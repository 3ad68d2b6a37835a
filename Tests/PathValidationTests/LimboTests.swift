import Foundation
import PathCorpora
import Testing

/// Cases of x509-limbo and bettertls: folder `path-validation` of the corpora.
@Suite(
    "Path validation agrees with x509-limbo and bettertls, but for what limbo-exceptions.json names",
    .enabled(if: Corpora.isPresent("path-validation/limbo-dev.json.gz")))
struct LimboTests {
    static let now = Date(timeIntervalSince1970: 1_795_000_000)

    @Test func agree() async throws {
        let cases = try LimboCase.read(Corpora.contents(of: Corpora.url("path-validation/limbo-dev.json.gz")))
        #expect(cases.count > 1_000)
        var results: [CaseResult] = []
        for item in cases { results.append(await item.result(now: Self.now)) }
        let unexplained = results.unexplained(by: try Exceptions.named("limbo"))
        #expect(unexplained.isEmpty, "\(unexplained.joined(separator: "\n"))")
    }

    @Test("denial-of-service cases end under 50 ms", .enabled(if: !Self.isDebug)) func bounded() async throws {
        let cases = try LimboCase.read(Corpora.contents(of: Corpora.url("path-validation/limbo-dev.json.gz")))
        for item in cases where item.id.hasPrefix("pathological::") {
            let time = await ContinuousClock().measure { _ = await item.result(now: Self.now) }
            #expect(time < .milliseconds(50), "\(item.id) took \(time)")
        }
    }

    private static var isDebug: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }
}

@Suite(
    "Path validation agrees with BoringSSL on given chains, but for what chains-exceptions.json names",
    .enabled(if: Corpora.isPresent("path-validation/chains-dev.json.gz")))
struct GivenChainTests {
    @Test func agree() throws {
        let cases = try GivenChainCase.read(Corpora.contents(of: Corpora.url("path-validation/chains-dev.json.gz")))
        #expect(cases.count > 100)
        let unexplained = cases.map { $0.result() }.unexplained(by: try Exceptions.named("chains"))
        #expect(unexplained.isEmpty, "\(unexplained.joined(separator: "\n"))")
    }
}

@Suite(
    "Path validation agrees with PKITS, but for what pkits-exceptions.json names",
    .enabled(if: Corpora.isPresent("path-validation/pkits-dev.tar.gz")))
struct PKITSTests {
    @Test func agree() async throws {
        let cases = try PKITSCase.read(Corpora.contents(of: Corpora.url("path-validation/pkits-dev-manifest.json")))
        let files = TarArchive.files(in: try Corpora.contents(of: Corpora.url("path-validation/pkits-dev.tar.gz")))
        #expect(cases.count > 100 && files.count > 400)
        var results: [CaseResult] = []
        for item in cases { results.append(await item.result(files)) }
        let unexplained = results.unexplained(by: try Exceptions.named("pkits"))
        #expect(unexplained.isEmpty, "\(unexplained.joined(separator: "\n"))")
    }
}

enum Exceptions {
    static func named(_ name: String) throws -> [KnownDisagreement] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("\(name)-exceptions.json")
        return try JSONDecoder().decode([KnownDisagreement].self, from: Data(contentsOf: url))
    }
}
