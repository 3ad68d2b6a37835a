import ArgumentParser
import Diagnosis
import JavaKeystore

/// What `keystore list` prints, and what is wrong with the store.
struct StoreListing {
    var store: StoreAccess
    /// Only these entries; all when there are none.
    var aliases: [String] = []
    var isJSON = false

    func run() throws {
        try StoreProblem.reporting(on: store.path, asJSON: isJSON) {
            let opened = try store.open(.ifThere)
            let entries = try aliases.isEmpty ? opened.entries : aliases.map { try opened.entry($0) }
            let findings = StoreFindings.reviewing(opened.reading, at: Clock.seconds, password: opened.password, on: opened.context)
            if isJSON { printJSON(opened, entries, findings) } else { printText(opened, entries, findings) }
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

extension StoreListing {
    /// The words of a call without anything wrong or rare in them; nil for all others. Listing is what scripts call by the hundred, and
    /// reading options by their declarations takes longer than the work.
    init?(plainWords words: ArraySlice<String>) {
        guard words.starts(with: ["keystore", "list"]) else { return nil }
        var words = words.dropFirst(2)
        var paths: [String] = []
        var password: PasswordSource?
        var isJSON = false
        while let word = words.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--password-env", "--password-file":
                guard password == nil, let value = words.popFirst(), !value.hasPrefix("-") else { return nil }
                password = word == "--password-env" ? .environment(value) : .file(value)
            default:
                if word.isEmpty || word.hasPrefix("-") { return nil }
                paths.append(word)
            }
        }
        guard paths.count == 1 else { return nil }
        self.init(store: StoreAccess(paths[0], password: password), isJSON: isJSON)
    }
}
