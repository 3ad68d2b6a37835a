import AgentRuntime
import ArgumentParser

struct TrustRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Trust certificates no longer.",
        discussion: """
            By alias or by fingerprint; a certificate that is there under several aliases goes from all of them, since one would keep the trust.
            The store is backed up beside itself first and replaced at once. A running agent takes the change within seconds.
            """)

    @Option(name: .customLong("alias"), help: "An entry's alias.") var aliases: [String] = []
    @Option(name: .customLong("fingerprint"), help: "SHA-256 of a certificate.") var fingerprints: [Fingerprint] = []
    @OptionGroup var store: TrustStoreOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws {
        try store.requireOne()
        guard !aliases.isEmpty || !fingerprints.isEmpty else { throw ValidationError("Say which: --alias or --fingerprint.") }
    }

    func run() throws {
        let trust = try TrustInForce(store)
        let entries = try TrustedEntries(trust)
        let chosen = Set(try entries.named(aliases, fingerprints).map(\.sha256))
        for entry in entries.entries where chosen.contains(entry.sha256) {
            Console.result("\(dryRun ? "would remove" : "removed"): \(entry.name), \(entry.subject)\n  SHA-256 \(entry.sha256)")
        }
        guard !dryRun else { return }
        let left = entries.entries.count { !chosen.contains($0.sha256) }
        let backup = try trust.replace(with: entries.bytes(without: chosen))
        if let home = store.home { AnchorMemory(home: absolute(home)).forget(chosen) }
        Console.result("\(entries.path) now has \(left) certificates; before: \(backup)")
    }
}
