import ArgumentParser
import JavaKeystore
import LocalFiles

struct TrustExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print certificates of a trust store as PEM.",
        discussion: "All of them, or those that are named. What is printed is what midguard trust add takes.")

    @Option(name: .customLong("alias"), help: "An entry's alias.") var aliases: [String] = []
    @Option(name: .customLong("fingerprint"), help: "SHA-256 of a certificate.") var fingerprints: [Fingerprint] = []
    @Option(help: "A file to write instead; one that exists is not replaced.") var out: String?
    @OptionGroup var store: TrustStoreOptions

    func run() throws {
        let entries = try TrustedEntries(TrustInForce(store))
        let chosen = aliases.isEmpty && fingerprints.isEmpty ? entries.entries : try entries.named(aliases, fingerprints)
        let text = chosen.map {
            "# \(Printable.line($0.subject)), SHA-256 \($0.sha256)\n" + PEM.encode(certificate: $0.certificate.der)
        }.joined()
        guard let out else { return StandardStream.write(Array(text.utf8), to: 1) }
        do throws(FileFailure) { try Files.create(absolute(out), with: Array(text.utf8)) } catch {
            throw CommandFailure(findings: StoreProblem(error).findings, exitCode: 3)
        }
        Console.error("\(chosen.count) certificates in \(absolute(out))")
    }
}
