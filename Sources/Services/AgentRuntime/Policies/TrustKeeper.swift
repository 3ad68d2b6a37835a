import AgentConfiguration
import AgentIdentity
import Diagnosis
import LocalFiles
import TrustPolicy
import TrustedTransport

/// Has the agent's next connections judged by what is on disk now: the trust store, what lies beside it, and the table of policies may be changed
/// while it runs. With the instance's policies in force it asks for these, too, from time to time.
struct TrustKeeper: Sendable {
    /// As it was at the start: where its files are stays so.
    let home: AgentHome
    let identity: IdentityRing
    let client: InstanceClient
    let transport: any InstanceTransport
    let log: AgentLog
    let keeper: StatusKeeper

    static let thread = "TrustKeeper"

    func run(every interval: Duration, policiesEvery patience: Duration) async {
        var (seen, asked, standing) = (home.trustStamps, ContinuousClock.now, [Finding]())
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            if asked + patience <= .now {
                asked = .now
                await askForPolicies()
            }
            let present = home.trustStamps
            if present != seen {
                seen = present
                let earlier = standing
                standing = renew()
                await keeper.settle { finding in earlier.contains { $0.id == finding.id && $0.subject == finding.subject } }
                await keeper.raise(standing, thread: Self.thread)
            }
        }
    }

    /// What stands in the way, while the former trust stays in use.
    private func renew() -> [Finding] {
        let home: AgentHome
        do throws(HomeFailure) { home = try AgentHome(path: self.home.path) } catch { return [error.finding] }
        do throws(TrustUnavailable) {
            let (configuration, file) = try Connecting.configuration(home, identity: identity) { log.trace($0) }
            transport.renew(configuration)
            let (certificates, policies) = (file.certificates.count, home.policies.rows.count)
            log.write(
                thread: Self.thread,
                "Trust was changed, in force from now on: \(file.path), \(certificates) certificates, \(policies) policies")
            return []
        } catch { return error.findings }
    }

    /// Should they be taken over, the file changes.
    private func askForPolicies() async {
        guard home.settings.useInstancePolicy, let home = try? AgentHome(path: home.path) else { return }
        let rows: [UInt8]?
        do throws(InstanceFailure) { rows = try await client.policies() } catch {
            return log.write(.warning, thread: Self.thread, "The instance's policies could not be fetched: \(error.summary)")
        }
        switch await PolicySync(home, identity: identity).take(rows) {
        case .adopted(let rows, _):
            log.write(thread: Self.thread, "policies of the instance taken over: \(rows) rows")
            await keeper.settle { PolicySync.answered.contains($0.id) }
        case .unchanged: await keeper.settle { PolicySync.answered.contains($0.id) }
        case .kept(let findings): await keeper.raise(findings, thread: Self.thread)
        case .differs: break
        }
    }
}

extension AgentHome {
    /// Of everything that decides whom the agent trusts.
    var trustStamps: [String?] {
        let beside = ((try? Files.list(furtherAnchors)) ?? []).sorted().map { furtherAnchors + "/" + $0 }
        return ([trustStore, policyFile] + beside).map { path in Files.stamp(path).map { path + " " + $0 } }
    }
}
