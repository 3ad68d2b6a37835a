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
        var (seen, asked) = (stamps, ContinuousClock.now)
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            if asked + patience <= .now {
                asked = .now
                await askForPolicies()
            }
            let present = stamps
            if present != seen {
                seen = present
                await renew()
            }
        }
    }

    /// Of everything that decides whom the agent trusts.
    private var stamps: [String?] {
        let beside = ((try? Files.list(home.furtherAnchors)) ?? []).sorted().map { home.furtherAnchors + "/" + $0 }
        return ([home.trustStore, home.policyFile] + beside).map { path in Files.stamp(path).map { path + " " + $0 } }
    }

    private func renew() async {
        do {
            let home = try AgentHome(path: home.path)
            let (configuration, file) = try Connecting.configuration(home, identity: identity) { log.trace($0) }
            transport.renew(configuration)
            await keeper.settle { $0.id.hasPrefix("store.") && $0.id != "store.customer-certificates-lost" }
            log.write(
                thread: Self.thread,
                "Trust was changed, in force from now on: \(file.path), \(file.certificates.count) certificates, \(home.policies.rows.count) policies"
            )
        } catch let unavailable as TrustUnavailable {
            await keeper.raise(unavailable.findings, thread: Self.thread)
        } catch let failure as HomeFailure {
            await keeper.raise([failure.finding], thread: Self.thread)
        } catch {}
    }

    /// Should they be taken over, the file changes.
    private func askForPolicies() async {
        guard home.settings.useInstancePolicy, let home = try? AgentHome(path: home.path), let rows = try? await client.policies() else {
            return
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
