import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Which checks the connections to which endpoints must pass.",
        discussion: """
            Exactly one row decides for an endpoint: overridden (exact host, then *.domain, then address range), instance, intranet (by resolved
            address), internet. Rows are those of --policy FILE, of an agent's home (security/midguard_policies.json, else what config.xml
            says), of a vendor release, or Midguard's own.
            """,
        subcommands: [
            PolicyList.self, PolicyShow.self, PolicyDecide.self, PolicySet.self, PolicyRemove.self, PolicyPull.self, PolicyConvert.self,
            PolicyProfiles.self,
        ])
}
