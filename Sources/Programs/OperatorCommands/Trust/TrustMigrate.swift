import AgentConfiguration
import ArgumentParser
import Foundation
import JavaKeystore
import LocalFiles
import PathValidation

struct TrustMigrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring what an upgrade left behind into the new trust store.",
        discussion: """
            By the strategies of mid.truststore.migration.strategy: migrate_delta takes every certificate that the old store has and the new one
            lacks, migrate_non_ca only those of no authority, do_not_migrate none. Without --strategy it is what config.xml says, else
            migrate_delta. Without --from the old store is the newest work/truststore_migration/…/cacerts_before of the home. Prints what happens
            to each certificate, and why.
            """)

    enum Strategy: String, ExpressibleByArgument, CaseIterable {
        case delta = "migrate_delta", nonCA = "migrate_non_ca", none = "do_not_migrate"
    }

    @Option(help: "The store from before the upgrade, or a home that has it.") var from: String?
    @Option(help: "migrate_delta, migrate_non_ca or do_not_migrate.") var strategy: Strategy?
    @Option(help: "A file with the password of the old store (by default it is changeit).") var otherPasswordFile: String?
    @OptionGroup var store: TrustStoreOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws {
        try store.requireOne()
        if from == nil, store.home == nil { throw ValidationError("Say where the old store is: --from.") }
    }

    func run() throws {
        let trust = try TrustInForce(store)
        let mine = try TrustedEntries(trust)
        let old = try TrustInForce.other(from.map(absolute) ?? newestCopy(), passwordFile: otherPasswordFile)
        let strategy = try strategy ?? configured()
        let known = Set(mine.entries.map(\.sha256))
        var seen: Set<String> = []
        var taken: [StoredCertificate] = []
        for entry in old.entries where seen.insert(entry.sha256).inserted {
            let fate = fate(of: entry, known: known, strategy)
            if fate.isTaken { taken.append(entry.certificate) }
            Console.result("\(fate.words): \(Printable.line(entry.subject))\n  SHA-256 \(entry.sha256)")
        }
        Console.result(
            "\(strategy.rawValue): \(taken.count) of \(seen.count) certificates of \(old.path)\(dryRun ? " would be" : "") taken")
        guard !taken.isEmpty, !dryRun else { return }
        let backup = try trust.replace(with: mine.bytes(without: [], adding: taken))
        Console.result("\(mine.path) now has \(mine.entries.count + taken.count) certificates; before: \(backup)")
    }

    private func fate(of entry: TrustedEntries.Entry, known: Set<String>, _ strategy: Strategy) -> (isTaken: Bool, words: String) {
        if known.contains(entry.sha256) { return (false, "already there") }
        let parsed = try? ParsedCertificate(der: entry.certificate.der)
        switch strategy {
        case .none: return (false, "left behind (do_not_migrate)")
        // What cannot be read is not known to be no authority.
        case .nonCA where parsed?.isCertificateAuthority != false: return (false, "left behind (migrate_non_ca: it is an authority)")
        case .nonCA, .delta: break
        }
        guard let parsed else { return (false, "left behind (it cannot be read)") }
        let ended = parsed.notAfter < Date() ? ", though it has ended" : ""
        return (true, (dryRun ? "would migrate" : "migrated") + ended)
    }

    /// The upgrade's own copies lie in folders that are named by the second.
    private func newestCopy() throws -> String {
        let folder = absolute(store.home ?? ".") + "/work/truststore_migration"
        let names = ((try? Files.list(folder)) ?? []).filter { Int($0) != nil }.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
        guard let path = names.reversed().map({ "\(folder)/\($0)/cacerts_before" }).first(where: Files.exists) else {
            throw CommandFailure(message: "There is no \(folder)/…/cacerts_before: say where the old store is with --from.", exitCode: 3)
        }
        return path
    }

    private func configured() throws -> Strategy {
        guard let home = store.home,
            let text = try? ConfigurationFile(parsing: TrustedEntries.bytes(absolute(home) + "/config.xml"))
                .value("mid.truststore.migration.strategy"), !text.isEmpty
        else { return .delta }
        guard let strategy = Strategy(rawValue: text.lowercased()) else {
            throw CommandFailure(
                message:
                    "mid.truststore.migration.strategy in config.xml is \(Printable.line(text)), which is no strategy: give --strategy.",
                exitCode: 1)
        }
        return strategy
    }
}
