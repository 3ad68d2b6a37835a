import ArgumentParser
import Foundation
import TrustPolicy
import TrustedTransport

struct PolicyDecide: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide", abstract: "Which row decides for an endpoint, and why that one.",
        discussion: "The name is resolved, since intranet rows go by address; --address says it instead. Nothing is connected to.")

    @Argument(help: "https://…, ldaps://… or HOST:PORT.") var url: String
    @Option(name: .customLong("address"), help: "An address that the name resolves to.") var addresses: [String] = []
    @Option(help: "The time, RFC 3339: rows end.") var at: Moment?
    @Option(help: "The agent's home directory.") var home: String?
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let endpoint = Endpoint(url) else { throw ValidationError("\(url) is not a URL of https, ldaps, ldap or HOST:PORT.") }
        let table = try PolicyInForce(policy, home: home).table
        let known = addresses.isEmpty ? await TrustedTransport.addresses(of: endpoint.host) : addresses
        let decision = table.decide(host: endpoint.host, addresses: known, at: at?.date ?? Date())
        let row = PolicyRowText(row: decision.policy)
        if output.isJSON {
            Console.result(
                .object([
                    ("url", .string(endpoint.description)), ("addresses", .strings(known)), ("because", .string(decision.because)),
                    ("policy", row.json),
                ]))
        } else {
            Console.result("\(endpoint): \(decision.because)\n" + row.lines.joined(separator: "\n"))
            if known.isEmpty { Console.error("The name does not resolve here, so no intranet row could be considered.") }
        }
    }
}
