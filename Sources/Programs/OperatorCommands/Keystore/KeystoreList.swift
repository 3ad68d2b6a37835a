import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what a keystore holds.",
        discussion: """
            Without a password certificates are listed where the format leaves them readable, and nothing is checked. Of keytool:
            keytool -list -keystore STORE.
            """)

    @OptionGroup var store: StoreOptions
    @Option(name: .customLong("alias"), help: ArgumentHelp("Only the entry with this alias.", valueName: "alias")) var aliases: [String] =
        []
    @Flag(help: "Do not ask for a password, and check nothing.") var noPassword = false
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let opened = try store.access(withoutPassword: noPassword).open(.ifThere)
            let entries = try aliases.isEmpty ? opened.entries : aliases.map { try opened.entry($0) }
            let findings = StoreFindings.reviewing(opened.reading, at: Clock.seconds, password: opened.password, on: opened.context)
            if output.isJSON { printJSON(opened, entries, findings) } else { printText(opened, entries, findings) }
            if findings.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
        }
    }

    /// One entry, one line; all of it one object.
    private func printJSON(_ opened: OpenStore, _ entries: [Keystore.Entry], _ findings: [Finding]) {
        var result = ResultStream()
        result.text("{")
        for (name, value) in opened.headingFields {
            result.text("\"\(name)\":")
            result.json(value)
            result.text(",")
        }
        result.text("\"entries\":[")
        for (index, entry) in entries.enumerated() {
            result.text(index == 0 ? "\n" : ",\n")
            result.json(.object(EntryRow(entry, in: opened.format).fields))
        }
        result.text(entries.isEmpty ? "],\"unseen\":" : "\n],\"unseen\":")
        result.json(.array(opened.reading.unseen.map { $0.json(in: opened.format) }))
        result.text(",\"findings\":")
        result.json(.array(findings.map { JSONText($0) }))
        result.text("}\n")
    }

    private func printText(_ opened: OpenStore, _ entries: [Keystore.Entry], _ findings: [Finding]) {
        var result = ResultStream()
        result.line(opened.heading)
        for entry in entries { result.line(EntryRow(entry, in: opened.format).line) }
        for unseen in opened.reading.unseen {
            let what = unseen.entry.map { EntryRow($0, in: opened.format).line } ?? "something"
            result.line("not shown by Java (\(unseen.text)): \(what)")
        }
        result.flush()
        if !findings.isEmpty { StandardStream.note(FindingText(colours: false).render(findings)) }
    }
}
