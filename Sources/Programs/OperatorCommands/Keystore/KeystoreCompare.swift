import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show how two keystores differ.",
        discussion: """
            Entries are matched by the fingerprint of their certificate, then by alias. Keys are compared where both stores' passwords open
            them. Exits with 0 when both hold the same, with 1 when they differ.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("The store to compare it with.", valueName: "other")) var other: String
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @OptionGroup var otherPassword: PasswordOptions<OtherPassword>
    @Flag(help: "Do not ask for passwords, and compare certificates only.") var noPassword = false
    @Flag(help: "Leave dates out of account.") var ignoreDates = false
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let first = try store.access(keyPassword: keyPassword.source, withoutPassword: noPassword).open(.ifThere)
            // Two agents mostly share a password.
            let second = try StoreAccess(
                other, password: otherPassword.source ?? first.password.map { .known($0) }, passwordPrefix: "other-",
                keyPassword: keyPassword.source, withoutPassword: noPassword
            ).open(.ifThere)
            let comparison = StoreComparison(
                ComparedStore(first, keys: try first.keyPasswords()), ComparedStore(second, keys: try second.keyPasswords()),
                withDates: !ignoreDates)
            if output.isJSON { printJSON(comparison, first, second) } else { printText(comparison, first, second) }
            if !comparison.isSame { throw ExitCode(1) }
        }
    }

    private func printJSON(_ comparison: StoreComparison, _ first: OpenStore, _ second: OpenStore) {
        func rows(_ entries: [Keystore.Entry], _ store: OpenStore) -> JSONText {
            .array(entries.map { .object(EntryRow($0, in: store.format).fields) })
        }
        let different = comparison.different.map { pair -> JSONText in
            let fields: [(String, JSONText)] = [
                ("alias", .string(first.shown(pair.first))), ("otherAlias", .string(second.shown(pair.second))),
                ("differences", .strings(pair.differences.map(\.rawValue))),
            ]
            return .object(fields)
        }
        var result = ResultStream()
        result.json(
            .object([
                ("path", .string(first.path)), ("format", .string(first.format.rawValue)),
                ("integrity", .string(first.reading.integrity.rawValue)),
                ("other", .object(second.headingFields)), ("same", .bool(comparison.isSame)), ("inBoth", .number(comparison.same)),
                ("onlyInFirst", rows(comparison.onlyInFirst, first)), ("onlyInSecond", rows(comparison.onlyInSecond, second)),
                ("different", .array(different)), ("findings", .array([])),
            ]))
        result.text("\n")
    }

    private func printText(_ comparison: StoreComparison, _ first: OpenStore, _ second: OpenStore) {
        var result = ResultStream()
        result.line(first.heading)
        result.line(second.heading)
        for entry in comparison.onlyInFirst { result.line("only in \(first.path): \(EntryRow(entry, in: first.format).line)") }
        for entry in comparison.onlyInSecond { result.line("only in \(second.path): \(EntryRow(entry, in: second.format).line)") }
        for pair in comparison.different {
            let (alias, otherAlias) = (first.shown(pair.first), second.shown(pair.second))
            let name = alias == otherAlias ? alias : "\(alias) = \(otherAlias)"
            let what = pair.differences.map { "\($0.text): \($0.values(pair.first, pair.second, first.format, second.format))" }
            result.line(Printable.line("different: \(name): \(what.joined(separator: "; "))"))
        }
        result.line(
            comparison.isSame
                ? "The same \(comparison.same) entries."
                : "\(comparison.same) the same, \(comparison.different.count) different, \(comparison.onlyInFirst.count) only in the first, \(comparison.onlyInSecond.count) only in the second"
        )
    }
}

extension EntryDifference {
    fileprivate var text: String {
        switch self {
        case .alias: "alias"
        case .kind: "kind"
        case .created: "date"
        case .certificate: "certificate"
        case .chain: "chain"
        case .key: "key"
        }
    }

    fileprivate func values(_ first: Keystore.Entry, _ second: Keystore.Entry, _ format: KeystoreFormat, _ other: KeystoreFormat) -> String
    {
        switch self {
        case .alias: "\(format.shownAlias(of: first)), \(other.shownAlias(of: second))"
        case .kind: "\(first.content.kindText), \(second.content.kindText)"
        case .created: "\(EntryRow(first, in: format).created ?? "none"), \(EntryRow(second, in: other).created ?? "none")"
        case .certificate:
            [first, second].map { $0.content.certificates.first.map { CertificateRow($0).sha256 } ?? "none" }.joined(separator: ", ")
        case .chain: "\(first.content.certificates.count), \(second.content.certificates.count) certificates"
        case .key: "not the same"
        }
    }
}
