import ArgumentParser
import PathValidation
import TrustPolicy

struct PolicyProfiles: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "profiles", abstract: "What each vendor release checks, and who says so.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        if output.isJSON {
            Console.result(
                .array(
                    ReleaseProfile.all.map { profile in
                        .object([
                            ("name", .string(profile.name)), ("title", .string(profile.title)), ("chain", .bool(profile.chain)),
                            ("hostname", .bool(profile.hostname)), ("revocation", .strings(profile.revocation.map(\.rawValue))),
                            ("policyTable", .bool(profile.hasPolicyTable)), ("sources", .strings(profile.sources)),
                        ])
                    }))
        } else {
            Console.result(ReleaseProfile.printed)
        }
    }
}
