import ArgumentParser

struct TrustCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show what trust stores do not have in common.",
        discussion: """
            By fingerprint, whatever the aliases and formats are. OTHER is a store or the home of another agent. Exits with 0 when all trust the
            same, with 1 when they differ; midguard trust merge brings them into line.
            """)

    @Argument(help: "Stores, or homes of agents.") var others: [String]
    @Option(help: "A file with the password of the others (by default it is changeit).") var otherPasswordFile: String?
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let first = try TrustedEntries(TrustInForce(store))
        let mine = Set(first.entries.map(\.sha256))
        var isSame = true
        var results: [JSONText] = []
        for other in others {
            let second = try TrustInForce.other(other, passwordFile: otherPasswordFile)
            let theirs = Set(second.entries.map(\.sha256))
            let here = first.entries.filter { !theirs.contains($0.sha256) }
            let there = second.entries.filter { !mine.contains($0.sha256) }
            if !here.isEmpty || !there.isEmpty { isSame = false }
            if output.isJSON {
                results.append(
                    .object([
                        ("path", .string(second.path)), ("inBoth", .number(mine.intersection(theirs).count)),
                        ("onlyHere", Self.rows(here)), ("onlyThere", Self.rows(there)),
                    ]))
            } else {
                Console.result("\(first.path) and \(second.path): \(mine.intersection(theirs).count) in both")
                for entry in here { Console.result("  only in the first: \(entry.name), \(entry.subject)\n    SHA-256 \(entry.sha256)") }
                for entry in there { Console.result("  only in the second: \(entry.name), \(entry.subject)\n    SHA-256 \(entry.sha256)") }
            }
        }
        if output.isJSON {
            Console.result(.object([("path", .string(first.path)), ("same", .bool(isSame)), ("others", .array(results))]))
        }
        if !isSame { throw ExitCode(1) }
    }

    private static func rows(_ entries: [TrustedEntries.Entry]) -> JSONText {
        .array(entries.map { .object([("alias", .string($0.name)), ("subject", .string($0.subject)), ("sha256", .string($0.sha256))]) })
    }
}
