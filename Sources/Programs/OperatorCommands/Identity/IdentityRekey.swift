import AgentIdentity
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles
import PathValidation

struct IdentityRekey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Ask an agent for a new key pair.",
        discussion: """
            The running agent makes it within seconds, an agent that is stopped at its next start. The old key vouches for the new one, so the
            agent stays validated and works on; what was sealed to the old key is opened for seven more days.
            """)

    @OptionGroup var identity: IdentityOptions

    func run() throws {
        try identity.on { home in
            if let certificate = try home.open().reading.keystore.identity?.content.certificates.first,
                let parsed = try? ParsedCertificate(der: certificate.der), !parsed.isGenerated
            {
                throw StoreProblem(
                    Finding(
                        id: "identity.custom-certificate", severity: .error, subject: home.keystorePath,
                        summary: "The agent has a custom certificate, which it never replaces by itself.",
                        cause: "Its owner's authority issued it: \(parsed.subject).", evidence: ["sha256": parsed.sha256],
                        fixes: [
                            .init("Ask the authority for a new one", command: home.command("csr")),
                            .init(
                                "Or go back to a generated pair",
                                command: home.command("remove-custom")),
                        ]), exitCode: 1)
            }
            do throws(FileFailure) { try RekeyRequest.make(home.layout) } catch { throw StoreProblem(error) }
            let isRunning = AgentStatusReport.isRunning(home: home.path)
            let text = isRunning ? "The running agent makes a new key pair." : "The agent makes a new key pair at its next start."
            identity.output.isJSON
                ? Console.result(
                    .object([("path", .string(home.keystorePath)), ("requested", .bool(true)), ("running", .bool(isRunning))]))
                : Console.result(text)
        }
    }
}
