import AgentConfiguration
package import Diagnosis
import LocalFiles
import StrictXML

/// What can be wrong with a home and its config.xml.
package enum HomeFindings {
    /// What config.xml has encrypted, and nobody here can open.
    package static func secretsClosed(_ path: String, _ names: [String], home: String) -> Finding {
        let isProxy = names.allSatisfy { $0.contains("proxy") }
        return Finding(
            id: "auth.password-undecryptable", severity: .error, subject: path,
            summary: "\(names.joined(separator: ", ")) in \(path) cannot be decrypted.",
            cause: "It was closed with a key that this keystore does not have, or by a vendor agent, whose method is not public.",
            evidence: ["parameters": names.joined(separator: ", ")],
            fixes: [
                isProxy
                    ? .init("Write the value again in clear into \(path), then midguard identity seal closes it")
                    : .init("Write the password again", command: "midguard identity password \(AgentFindings.quoted(home))")
            ],
            vendorMessages: ["User cannot be authenticated or is missing the proper roles"])
    }

    static func configurationMissing(_ path: String) -> Finding {
        Finding(
            id: "config.missing", severity: .error, subject: path, summary: "\(path) does not exist.",
            cause: "The folder is no agent's home, or the agent has not been set up.",
            fixes: [
                .init("See what is there", command: "ls -la \(AgentFindings.quoted(Files.parent(of: path)))"),
                .init("Set an agent up there: midguard agent setup --help says what it takes", command: "midguard agent setup --help"),
            ])
    }

    static func malformed(_ path: String, _ error: ConfigurationError) -> Finding {
        switch error {
        case .notXML(let error):
            if case .notEscaped(let character, let at) = error {
                return edit(
                    "config.not-escaped", path, at, "\(path) has a raw \(character) in a value: \(at).",
                    "In XML, & is written &amp; and < is written &lt;; a quote inside a value is written &quot;.")
            }
            return edit("config.malformed", path, error.position, "\(path) is not well-formed: \(error.position).", words(error))
        case .noParametersElement(let found, let at):
            return edit(
                "config.malformed", path, at, "\(path) begins with <\(found)>, not with <parameters>: \(at).", "It is another kind of file."
            )
        case .parameterWithoutName(let at):
            return edit(
                "config.malformed", path, at, "A parameter in \(path) has no name: \(at).", "Every <parameter> has a name and a value.")
        }
    }

    static func settings(_ path: String, _ error: SettingsError) -> Finding {
        switch error {
        case .missing(let name):
            return Finding(
                id: "config.bad-value", severity: .error, subject: path, summary: "\(path) does not say \(name).",
                cause: "An agent cannot start without this parameter.", evidence: ["parameter": name],
                fixes: [.init("Add it", command: "${EDITOR:-vi} \(AgentFindings.quoted(path))")])
        case .badValue(let name, let expected, let at):
            return edit(
                "config.bad-value", path, at, "The value of \(name) in \(path) is not \(expected): \(at).", "It cannot be read.",
                ["parameter": name])
        case .plainHTTP(let url, let at):
            return edit(
                "policy.plain-http-refused", path, at, "The instance's URL in \(path) begins with http://: \(at).",
                "Without TLS anybody on the way could read the password and give the agent jobs.", ["url": Redaction.source(url)])
        case .proxyHostHasScheme(let value, let at):
            return edit(
                "proxy.host-has-scheme", path, at, "mid.proxy.host in \(path) carries a scheme: \(at).", "It takes a host name only.",
                ["value": Redaction.source(value)])
        }
    }

    static func alreadySetUp(_ path: String) -> Finding {
        Finding(
            id: "config.bad-value", severity: .error, subject: path, summary: "\(path) exists: this home is set up already.",
            cause: "Setting up never replaces a configuration.",
            fixes: [
                .init(
                    "Choose another folder; or move this file away",
                    command: "mv \(AgentFindings.quoted(path)) \(AgentFindings.quoted(path + ".old"))")
            ])
    }

    static func alreadyRunning(_ home: String, pid: String) -> Finding {
        Finding(
            id: "identity.duplicate-name", severity: .error, subject: home, summary: "An agent runs with this home already (pid \(pid)).",
            cause: "Two processes with one identity would take each other's jobs.", evidence: ["pid": pid],
            fixes: [.init("Look at the one that runs", command: "midguard agent status --home \(AgentFindings.quoted(home))")])
    }

    static let noAnchors = Finding(
        id: "store.missing", severity: .error, subject: "trust store", summary: "There are no certificates for the trust store.",
        cause: "Neither the machine's bundle nor the given files hold any.",
        fixes: [.init("Install the machine's bundle", command: "sudo apt-get install ca-certificates")])

    private static func edit(
        _ id: String, _ path: String, _ at: XMLPosition, _ summary: String, _ cause: String, _ facts: [String: String] = [:]
    ) -> Finding {
        Finding(
            id: id, severity: .error, subject: path, summary: summary, cause: cause,
            evidence: facts.merging(["line": String(at.line), "column": String(at.column)]) { $1 },
            fixes: [.init("Mend line \(at.line)", command: "${EDITOR:-vi} +\(at.line) \(AgentFindings.quoted(path))")])
    }

    private static func words(_ error: XMLError) -> String {
        switch error {
        case .notEscaped(let character, _): "A raw \(character) stands where it has to be escaped."
        case .malformed(let expected, _): "Expected here: \(expected)."
        case .truncated(let inside, _): "The file ends inside \(inside)."
        case .overLimit(let what, let limit, _): "More than \(limit) \(what)."
        case .doctypeRefused: "It has a document type declaration, which no config.xml has and which can be made to exhaust a reader."
        case .encoding(let name): "It is written in \(name); config.xml is UTF-8."
        }
    }
}
