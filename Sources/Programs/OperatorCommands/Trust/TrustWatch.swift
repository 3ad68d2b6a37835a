import AgentRuntime
import ArgumentParser
import Diagnosis
import Foundation
import JavaKeystore
import LocalFiles
import PathValidation

struct TrustWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Say which certificates of trust stores have ended or end soon.",
        discussion: """
            For a timer or a monitoring system: no store is changed. Exits with 0 when nothing ends within 30 days, with 4 when something does or
            has, or when a home's store lost certificates since its agent last started, with 3 when a store cannot be read. MORE are stores or homes of agents.
            """)

    @Argument(help: "More stores, or homes of agents.") var more: [String] = []
    @Option(help: "The time to look from, RFC 3339.") var at: Moment?
    @Option(help: "A file with the password of the others (by default it is changeit).") var otherPasswordFile: String?
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let stores = try [TrustedEntries(TrustInForce(store))] + more.map { try TrustInForce.other($0, passwordFile: otherPasswordFile) }
        let now = at.map { Int64($0.date.timeIntervalSince1970) } ?? Clock.seconds
        var ends = false
        let homes = [self.store.home.map(absolute)] + more.map { Files.exists($0 + "/config.xml") ? absolute($0) : nil }
        for (store, home) in zip(stores, homes) {
            let findings =
                StoreFindings.reviewing(store.reading, at: now, password: nil, on: StoreContext(path: store.path))
                .filter { ["store.entry-expired", "store.entry-expiring"].contains($0.id) } + Self.lost(store, home: home, at: now)
            if !findings.isEmpty { ends = true }
            if output.isJSON {
                Console.result(
                    .object([
                        ("path", .string(store.path)), ("certificates", .number(store.entries.count)),
                        ("findings", .array(findings.map { JSONText($0) })),
                    ]))
            } else {
                Console.result("\(store.path): \(store.entries.count) certificates\(findings.isEmpty ? ", none ends within 30 days" : "")")
                if !findings.isEmpty { Console.result(FindingText(colours: Console.colours).render(findings)) }
            }
        }
        if ends { throw ExitCode(4) }
    }

    /// What the store of a home lost since its agent last started.
    private static func lost(_ store: TrustedEntries, home: String?, at now: Int64) -> [Finding] {
        guard let home else { return [] }
        let memory = AnchorMemory(home: home)
        // An agent that never started remembers nothing, and nothing is begun for it here.
        guard Files.exists(memory.path) else { return [] }
        let certificates = store.entries.compactMap { try? ParsedCertificate(der: $0.certificate.der) }
        return memory.review(certificates, storePath: store.path, at: Date(timeIntervalSince1970: Double(now))).map { [$0] } ?? []
    }
}
