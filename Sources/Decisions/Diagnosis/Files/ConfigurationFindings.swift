public import AgentConfiguration
public import StrictXML

/// Findings on config.xml. No `default`: an unexplained error does not compile.
public enum ConfigurationFindings {
    public static func missing(_ path: String) -> Finding {
        finding(
            "config.missing", path, "There is no \(path).", "The folder is no agent's home, or the agent was never set up.",
            fixes: [.init("See what setting up needs", command: "midguard agent setup --help")])
    }

    public static func explaining(_ error: ConfigurationError, path: String) -> Finding {
        switch error {
        case .notXML(let error): explaining(error, path: path)
        case .noParametersElement(let found, let at):
            finding(
                "config.malformed", path, "\(path) holds <\(found)>, not <parameters>.", "It is no configuration of an agent.", at: at,
                fixes: [edit(path, at, "Restore the file from a backup, or mend it")])
        case .parameterWithoutName(let at):
            finding(
                "config.malformed", path, "A parameter in \(path) has no name, \(at).",
                "Every <parameter> needs name=\"…\" and value=\"…\".", at: at,
                fixes: [edit(path, at, "Give it its name")])
        }
    }

    private static func explaining(_ error: XMLError, path: String) -> Finding {
        let at = error.position
        switch error {
        case .notEscaped(let character, _):
            let escapes = ["&": "&amp;", "<": "&lt;", "\"": "&quot;", "'": "&apos;"]
            return finding(
                "config.not-escaped", path, "A raw \(character) stands in a value of \(path), \(at).",
                "In XML it has to be written \(escapes[character] ?? "as an entity"). Passwords are where this happens.", at: at,
                fixes: [edit(path, at, "Write \(escapes[character] ?? "an entity") instead")], vendor: ["org.xml.sax.SAXParseException"])
        case .malformed(let expected, _):
            return finding(
                "config.malformed", path, "\(path) is not well-formed, \(at): \(expected) is expected there.",
                "It was edited by hand, or damaged.",
                at: at, fixes: [edit(path, at, "Mend it")], vendor: ["org.xml.sax.SAXParseException"])
        case .truncated(let inside, _):
            return finding(
                "config.malformed", path, "\(path) ends inside \(inside), begun at \(at).", "It was cut short, or a tag was never closed.",
                at: at,
                fixes: [edit(path, at, "Close it, or restore the file from a backup")], vendor: ["org.xml.sax.SAXParseException"])
        case .overLimit(let what, let limit, _):
            return finding(
                "config.malformed", path, "\(path) has more than \(limit) \(what).", "No agent's configuration is that large.", at: at,
                fixes: [.init("Restore the file from a backup")])
        case .doctypeRefused:
            return finding(
                "config.malformed", path, "\(path) has a document type declaration, \(at).",
                "Those can make a reader fetch other files: refused.",
                at: at, fixes: [edit(path, at, "Remove it")])
        case .encoding(let encoding):
            return finding(
                "config.malformed", path, "\(path) is encoded as \(encoding).", "Only UTF-8 is read.",
                fixes: [
                    .init(
                        "Convert it",
                        command: "iconv -f \(Words.quoted(encoding)) -t UTF-8 \(Words.quoted(path)) > \(Words.quoted(path + ".utf8"))")
                ])
        }
    }

    public static func explaining(_ error: SettingsError, path: String) -> Finding {
        switch error {
        case .missing(let name):
            finding(
                "config.bad-value", path, "\(path) does not say \(name).", meaning(name), facts: ["parameter": name],
                fixes: [.init("Add <parameter name=\"\(name)\" value=\"…\"/>", command: "${EDITOR:-vi} \(Words.quoted(path))")])
        case .badValue(let name, let expected, let at):
            finding(
                "config.bad-value", path, "The value of \(name) in \(path), \(at), is not \(expected).", meaning(name),
                facts: ["parameter": name],
                at: at, fixes: [edit(path, at, "Correct it")])
        case .plainHTTP(let url, let at):
            plainHTTP(url, path: path, at: at)
        case .proxyHostHasScheme(let name, let value, let at):
            proxyHost(name, value, path: path, at: at)
        }
    }

    /// `http://` to the instance; `path` is nil when it was said on the command line.
    public static func plainHTTP(_ url: String, path: String?, at: XMLPosition? = nil) -> Finding {
        let secure = "https" + url.dropFirst("http".count)
        return finding(
            "policy.plain-http-refused", path ?? url, "The instance's URL \(url) is plain HTTP, which is refused.",
            "Nothing would be checked and nothing protected: the password would travel in the clear.", facts: ["url": url], at: at,
            fixes: [.init("Use \(secure)", command: path.map { "${EDITOR:-vi} \(Words.quoted($0))" })])
    }

    public static func explaining(_ remark: ConfigurationRemark, path: String) -> Finding {
        switch remark {
        case .duplicateParameter(let name, let positions, let counts):
            finding(
                "config.duplicate-parameter", path, "\(name) stands \(positions.count) times in \(path); the one at \(counts) counts.",
                "Which one a Java-based agent takes is not documented.", severity: .warning,
                facts: ["parameter": name, "positions": Words.list(positions.map(\.description))], at: counts,
                fixes: [edit(path, counts, "Keep one")])
        case .unknownParameter(let name, let nearest, let at):
            finding(
                "config.unknown-parameter", path,
                "\(name) in \(path), \(at), is not a parameter that is known\(nearest.map { "; \($0) is" } ?? "").",
                "It has no effect here.", severity: .notice, facts: ["parameter": name, "nearest": nearest ?? ""], at: at,
                fixes: [edit(path, at, "Correct or remove it")])
        case .encryptedPrefixOnClearText(let name, let at):
            finding(
                "config.encrypted-prefix-on-clear-text", path, "\(name) in \(path), \(at), says encrypted: but is clear text.",
                "It will be taken for cipher text, and logging in will fail.", facts: ["parameter": name], at: at,
                fixes: [edit(path, at, "Remove the prefix encrypted:")])
        case .secretInClear(let name, let at):
            finding(
                "config.secret-in-clear", path, "\(name) in \(path), \(at), is a secret that is not marked secure.",
                "Without secure=\"true\" it is shown and copied like any other value.", severity: .warning, facts: ["parameter": name],
                at: at,
                fixes: [edit(path, at, "Add secure=\"true\"")])
        case .badValue(let name, let expected, let at):
            finding(
                "config.bad-value", path, "The value of \(name) in \(path), \(at), is not \(expected).", meaning(name),
                facts: ["parameter": name],
                at: at, fixes: [edit(path, at, "Correct it")])
        case .proxyHostHasScheme(let name, let value, let at):
            proxyHost(name, value, path: path, at: at)
        case .targetEndpointElsewhere(let pattern, let host, let at):
            finding(
                "policy.endpoint-unmatched", path,
                "The checks of the first contact in \(path) are for \(pattern), and the instance is \(host).",
                "Here they count for the instance whatever it is called. A Java-based agent takes no notice of them for \(host).",
                severity: .warning, facts: ["target_endpoint": pattern, "instance": host], at: at,
                fixes: [edit(path, at, "Write \(host)")])
        }
    }

    private static func proxyHost(_ name: String, _ value: String, path: String, at: XMLPosition) -> Finding {
        finding(
            "proxy.host-has-scheme", path, "\(name) in \(path), \(at), is a URL: \(value).",
            "It has to be a name or an address only.",
            facts: ["parameter": name, "value": value], at: at, fixes: [edit(path, at, "Remove what stands before and after the name")])
    }

    private static func meaning(_ name: String) -> String { KnownParameter.named(name)?.meaning ?? "The agent needs it." }

    private static func edit(_ path: String, _ at: XMLPosition, _ effect: String) -> Finding.Fix {
        .init(effect, command: "${EDITOR:-vi} +\(at.line) \(Words.quoted(path))")
    }

    private static func finding(
        _ id: String, _ subject: String, _ summary: String, _ cause: String, severity: Finding.Severity = .error,
        facts: [String: String] = [:],
        at: XMLPosition? = nil, fixes: [Finding.Fix], vendor: [String] = []
    ) -> Finding {
        var facts = facts
        if let at { facts.merge(["line": "\(at.line)", "column": "\(at.column)"]) { $1 } }
        return Finding(
            id: id, severity: severity, subject: subject, summary: summary, cause: cause, evidence: facts, fixes: fixes,
            vendorMessages: vendor)
    }
}
