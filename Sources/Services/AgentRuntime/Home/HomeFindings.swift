package import Diagnosis

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
}
