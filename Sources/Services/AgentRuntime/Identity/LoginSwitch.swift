package import AgentConfiguration
import AgentIdentity
import AgentProtocol
package import Diagnosis
import JavaKeystore
import LocalFiles

import struct Foundation.Date

/// Changes how the agent of a home logs in, after the new way was tried: nothing is changed that does not work.
package struct LoginSwitch: Sendable {
    private let home: AgentHome

    package struct Refused: Error, Sendable {
        package var findings: [Finding]
    }

    package init(_ home: AgentHome) { self.home = home }

    /// A client that logs in as the agent does now.
    func presentClient() throws(Refused) -> (InstanceClient, IdentityRing) {
        let settings = RuntimeSettings(home)
        let identity = try identity(settings)
        return (try client(settings, identity), identity)
    }

    private func identity(_ settings: RuntimeSettings) throws(Refused) -> IdentityRing {
        let custody = IdentityCustody(layout: home.layout, agentName: settings.name)
        guard Files.exists(custody.keystorePath), !settings.midID.isEmpty else {
            throw Refused(findings: [notStarted("There is no key pair yet.")])
        }
        do throws(IdentityCustody.Failure) {
            return IdentityRing(try custody.open(midID: settings.midID, now: Date()) { _ in }.pairs)
        } catch { throw Refused(findings: [AgentFindings.explaining(error, home: home.path)]) }
    }

    /// Returns what was done, for people.
    package func use(_ login: AgentSettings.Login) async throws(Refused) -> [String] {
        let settings = RuntimeSettings(home)
        let custody = IdentityCustody(layout: home.layout, agentName: settings.name)
        let identity = try identity(settings)
        var told: [String] = []
        if login == .certificate, identity.pairs.clientIdentity == nil || ClientCertificateRenewal.isDue(identity.pairs, now: Date()) {
            told.append(try await issue(settings, custody, identity))
        }
        var wanted = settings
        wanted.login = login
        let client = try client(wanted, identity)
        do throws(InstanceFailure) { told += try await client.midInfo() } catch { throw refused(error, settings) }
        do throws(HomeFailure) {
            try ConfigurationEditing(layout: home.layout).set([("mid.midguard.login", login == .password ? nil : login.rawValue)])
        } catch { throw Refused(findings: [error.finding]) }
        return told
    }

    private func issue(
        _ settings: RuntimeSettings, _ custody: IdentityCustody, _ identity: IdentityRing
    ) async throws(Refused) -> String {
        guard let sysID = settings.sysID else { throw Refused(findings: [notStarted("The instance does not know the agent yet.")]) }
        var settings = settings
        // Without the pair to log in with, the key that the instance knows signs a token.
        if settings.login == .certificate, identity.pairs.clientIdentity == nil { settings.login = .token }
        let renewal = ClientCertificateRenewal(
            custody: custody, midID: settings.midID, client: try client(settings, identity), agent: sysID, identity: identity)
        do throws(ClientCertificateRenewal.Failure) { try await renewal.perform(now: Date()) } catch {
            switch error {
            case .instance(let failure): throw refused(failure, settings)
            case .custody(let failure): throw Refused(findings: [AgentFindings.explaining(failure, home: home.path)])
            case .answerUnusable:
                throw Refused(
                    findings: [
                        AgentFindings.unexpectedAnswer(instance: settings.instanceURL, what: "It issued no certificate for this key.")
                    ])
            }
        }
        return "client certificate issued by the instance's authority"
    }

    private func client(_ settings: RuntimeSettings, _ identity: IdentityRing) throws(Refused) -> InstanceClient {
        // Cipher text is no password, and a few wrong ones lock the user out.
        let closed = home.closedSecrets.filter { settings.needs($0) }
        guard closed.isEmpty else {
            throw Refused(findings: [HomeFindings.secretsClosed(home.layout.configFile, closed, home: home.path)])
        }
        do throws(TrustUnavailable) {
            return InstanceClient(
                transport: try Connecting.fromHome(home, identity: identity, login: settings.login).transport,
                address: InstanceAddress(home.settings.url), login: settings.instanceLogin(identity))
        } catch { throw Refused(findings: error.findings) }
    }

    private func refused(_ failure: InstanceFailure, _ settings: RuntimeSettings) -> Refused {
        Refused(findings: failure.findings(instance: settings.instanceURL, user: settings.user, home: home.path))
    }

    private func notStarted(_ summary: String) -> Finding {
        Finding(
            id: "identity.pair-missing", severity: .error, subject: home.path, summary: summary,
            cause: "The agent's first start makes its key pair and announces it.",
            fixes: [.init("Start the agent once", command: "midguard agent run --home \(AgentFindings.quoted(home.path))")])
    }
}
