import AgentConfiguration
import AgentIdentity
package import Diagnosis
import JavaKeystore
import LocalFiles
import TrustPolicy
import TrustedTransport

import struct Foundation.Date

/// Takes the instance's table of policies over, after it was tried: a table under which the instance itself would be refused never comes into
/// force, since it would also be the last one ever received.
package struct PolicySync: Sendable {
    package enum Outcome: Sendable {
        /// The instance's rows are in force from the next connection that is made with the home's policies.
        case adopted(rows: Int, backup: String?)
        case unchanged(rows: Int)
        /// A dry run: this would be taken over.
        case differs(Finding)
        /// The rows that were in force stay.
        case kept([Finding])
    }

    /// Findings that a good table answers.
    static let answered: Set = ["policy.none-received", "policy.sync-would-cut-off"]

    private let home: AgentHome
    private let identity: IdentityRing?

    /// - Parameter identity: whose client certificate the instance is shown where the login wants that.
    init(_ home: AgentHome, identity: IdentityRing?) { (self.home, self.identity) = (home, identity) }

    /// Where a table that would cut the agent off is kept, to be looked at.
    package static func refusedFile(_ home: String) -> String { home + "/security/midguard_policies.refused.json" }

    /// - Parameter bytes: what the instance gave; nil when it has no table.
    func take(_ bytes: [UInt8]?, isDryRun: Bool = false) async -> Outcome {
        let instance = home.settings.url.description
        guard let bytes else { return .kept([Self.noneReceived(instance)]) }
        let table: PolicyTable
        do throws(PolicyFile.Failure) { table = try PolicyFile.read(bytes) } catch {
            return .kept([PolicyFileFailure.content(path: instance, error).finding])
        }
        guard !table.rows.isEmpty else { return .kept([Self.noneReceived(instance)]) }
        let written = PolicyFile.write(table)
        let present = try? Files.read(home.policyFile, limit: PolicyFile.sizeLimit)
        if present == written { return .unchanged(rows: table.rows.count) }
        switch await trial(of: home.completing(table)) {
        case .trusted: break
        case .refused(let findings):
            if !isDryRun { try? Files.replace(Self.refusedFile(home.path), with: written) }
            return .kept([wouldCutOff(findings, instance)])
        case .undetermined(let findings): return .kept(findings)
        }
        if isDryRun { return .differs(drift(table, instance)) }
        do throws(FileFailure) {
            let backup = present == nil ? nil : try Files.replaceKeepingBackup(home.policyFile, with: written)
            if present == nil { try Files.replace(home.policyFile, with: written) }
            return .adopted(rows: table.rows.count, backup: backup)
        } catch {
            return .kept([FileFindings.explaining(error)])
        }
    }

    private enum Trial {
        case trusted
        case refused([Finding])
        /// There was no session to judge.
        case undetermined([Finding])
    }

    /// What a connection to the instance comes to under these rows.
    private func trial(of table: PolicyTable) async -> Trial {
        do throws(TrustUnavailable) {
            let transport = try Connecting.fromHome(home, identity: identity, policies: table).transport
            let evidence = await transport.inspect(InstanceAddress(home.settings.url).endpoint)
            let findings = ConnectionFindings.explaining(evidence, context: FixContext(home: home.path))
            guard evidence.obstacle == nil else { return .undetermined(findings) }
            if case .trusted = evidence.decision.policy.verdict(on: evidence) { return .trusted }
            return .refused(findings.filter { $0.severity == .error })
        } catch { return .undetermined(error.findings) }
    }

    static func noneReceived(_ instance: String) -> Finding {
        Finding(
            id: "policy.none-received", severity: .warning, subject: instance, summary: "\(instance) returned no policies.",
            cause: "mid.ssl.use.instance.security.policy is on, and the instance has no table to give. What was in force stays.",
            fixes: [
                .init("On the instance's machine, give it one: midguard instance policies set FILE --data DIR"),
                .init("Or set mid.ssl.use.instance.security.policy to false in config.xml"),
            ], vendorMessages: ["No Certificate Policies were returned from the instance"])
    }

    private func wouldCutOff(_ findings: [Finding], _ instance: String) -> Finding {
        let file = Self.refusedFile(home.path)
        return Finding(
            id: "policy.sync-would-cut-off", severity: .warning, subject: instance,
            summary: "The policies of \(instance) would refuse \(instance) itself; what was in force stays.",
            cause: findings.first.map { "\($0.id): \($0.summary)" } ?? "A connection under them is not trusted.",
            evidence: ["refusedFor": findings.map(\.id).joined(separator: ", "), "kept": file],
            fixes: [
                .init(
                    "See what a connection comes to under the instance's rows",
                    command: "midguard check \(instance) --policy \(AgentFindings.quoted(file)) --home \(AgentFindings.quoted(home.path))"),
                .init("Mend that, or change the row for the instance there; the agent tries again within minutes"),
            ])
    }

    private func drift(_ table: PolicyTable, _ instance: String) -> Finding {
        // The bootstrap row may have the name of one in the table.
        let mine = Dictionary(home.policies.rows.map { ($0.name, $0) }) { first, _ in first }
        let theirs = Dictionary(home.completing(table).rows.map { ($0.name, $0) }) { first, _ in first }
        let names = Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }.sorted()
        return Finding(
            id: "policy.drift", severity: .notice, subject: home.policyFile,
            summary: "This agent and \(instance) hold different policies: \(names.prefix(8).joined(separator: ", ")).",
            cause: "Rows were changed on one side only.", evidence: ["rows": names.joined(separator: ", ")],
            fixes: [.init("Take the instance's over", command: "midguard policy pull --home \(AgentFindings.quoted(home.path))")])
    }
}

extension PolicySync {
    /// Asks the instance of the home, as its agent.
    package static func pull(_ home: AgentHome, isDryRun: Bool) async throws(LoginSwitch.Refused) -> Outcome {
        let (client, identity) = try LoginSwitch(home).presentClient()
        do throws(InstanceFailure) {
            return await PolicySync(home, identity: identity).take(try await client.policies(), isDryRun: isDryRun)
        } catch {
            let settings = RuntimeSettings(home)
            throw LoginSwitch.Refused(
                findings: error.findings(instance: settings.instanceURL, user: settings.user, home: home.path))
        }
    }
}
