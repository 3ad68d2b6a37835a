import ArgumentParser
import JavaKeystore

struct TrustMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Bring trust stores into line.",
        discussion: """
            Adds to the store what others trust. With --base, the store that all of them come from (as it was before an upgrade, or on the first
            agent), it is a three-way merge: what another store added since is added, what it removed since is removed, and what this store
            changed itself stays. OTHER is a store or the home of another agent. Prints what happens to each certificate.
            """)

    @Argument(help: "Stores, or homes of agents.") var others: [String]
    @Option(help: "The store or home that all come from.") var base: String?
    @Option(help: "A file with the password of the others and the base (by default it is changeit).") var otherPasswordFile: String?
    @OptionGroup var store: TrustStoreOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws { try store.requireOne() }

    func run() throws {
        let trust = try TrustInForce(store)
        let mine = try TrustedEntries(trust)
        let known = Set(mine.entries.map(\.sha256))
        let before = try base.map { Set(try TrustInForce.other($0, passwordFile: otherPasswordFile).entries.map(\.sha256)) }
        var added: [TrustedEntries.Entry] = []
        var removed: Set<String> = []
        for other in others {
            let theirs = try TrustInForce.other(other, passwordFile: otherPasswordFile)
            for entry in theirs.entries where !known.contains(entry.sha256) && !added.contains(where: { $0.sha256 == entry.sha256 }) {
                // It was in the base: this store removed it, and that stands.
                if before?.contains(entry.sha256) == true {
                    Console.result("stays removed: \(entry.subject)\n  SHA-256 \(entry.sha256)")
                } else {
                    added.append(entry)
                }
            }
            if let before { removed.formUnion(before.subtracting(theirs.entries.map(\.sha256)).intersection(known)) }
        }
        for entry in added { Console.result("\(dryRun ? "would add" : "added"): \(entry.subject)\n  SHA-256 \(entry.sha256)") }
        for entry in mine.entries where removed.contains(entry.sha256) {
            Console.result("\(dryRun ? "would remove" : "removed"): \(entry.name), \(entry.subject)\n  SHA-256 \(entry.sha256)")
        }
        if added.isEmpty, removed.isEmpty { return Console.result("\(mine.path) has all of it already") }
        guard !dryRun else { return }
        let backup = try trust.replace(with: mine.bytes(without: removed, adding: added.map(\.certificate)))
        Console.result("\(mine.path): \(added.count) added, \(removed.count) removed; before: \(backup)")
    }
}
