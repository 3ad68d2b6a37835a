import AgentConfiguration
import AgentIdentity
import AgentProtocol
import Diagnosis
import FoundationEssentials
import TrustPolicy

/// What is said to the instance, and what it answers.
extension Startup {
    func logIn(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        if let settings = gathered.settings, settings.login == .token, settings.registrationKey != nil {
            // The instance does not know the key yet: the announcement, with the registration key, is the login.
            return (.passed, ["login by token, with the announcement"])
        }
        let (event, details) = await askInstance(gathered) { client throws(InstanceFailure) in (.passed, try await client.midInfo()) }
        await compareClocks(gathered)
        return (event, event == .passed ? details + (await takePolicies(&gathered)) : details)
    }

    /// Whichever of the two is wrong: tokens, registration keys and times of evidence are judged by them.
    private func compareClocks(_ gathered: Gathered) async {
        guard let ahead = gathered.client?.clock.secondsAhead, let settings = gathered.settings else { return }
        if abs(ahead) > InstanceClock.tolerance {
            await keeper.raise([AgentFindings.clockSkew(instance: settings.instanceURL, secondsAhead: ahead)], thread: Self.thread)
        } else {
            await keeper.settle { $0.id == "runtime.clock-skew" }
        }
    }

    /// The instance's rows, where config.xml says that they count. What goes wrong with them is said, and keeps nobody from working.
    private func takePolicies(_ gathered: inout Gathered) async -> [String] {
        guard let home = gathered.home, home.settings.useInstancePolicy, let client = gathered.client else { return [] }
        do throws(InstanceFailure) {
            switch await PolicySync(home, identity: gathered.identity).take(try await client.policies()) {
            case .adopted(let rows, _):
                await keeper.settle { PolicySync.answered.contains($0.id) }
                // The next connections are made under them.
                if let again = try? AgentHome(path: layout.home) { gathered.home = again }
                return await openTrust(&gathered).0 == .passed ? ["policies of the instance taken over: \(rows) rows"] : []
            case .unchanged(let rows):
                await keeper.settle { PolicySync.answered.contains($0.id) }
                return ["policies of the instance: \(rows) rows"]
            case .kept(let findings): await keeper.raise(findings, thread: Self.thread)
            case .differs: break
            }
        } catch { log.write(.warning, thread: Self.thread, "The instance's policies could not be fetched: \(error.summary)") }
        return []
    }

    func askInstance(
        _ gathered: Gathered, _ ask: (InstanceClient) async throws(InstanceFailure) -> (StartupSequence.Event, [String])
    ) async -> (StartupSequence.Event, [String]) {
        guard let client = gathered.client, let settings = gathered.settings else { return (.refused([]), []) }
        do throws(InstanceFailure) {
            return try await ask(client)
        } catch {
            log.write(.warning, thread: Self.thread, error.summary)
            let findings = await inspected(findings(error, settings), client.address.endpoint, gathered)
            return (error.kind == .unreachable ? .unreachable(findings) : .refused(findings), [])
        }
    }

    /// Where the login is by client certificate, a device between is looked for, which would be why.
    private func inspected(_ findings: [Finding], _ instance: Endpoint, _ gathered: Gathered) async -> [Finding] {
        guard gathered.settings?.login == .certificate, let transport = gathered.transport,
            let cause = ConnectionFindings.interceptionBreaksMutualTLS(await transport.inspect(instance), home: layout.home)
        else { return findings }
        // One that is not trusted is met first.
        let isRefused = findings.first?.id.hasPrefix("chain.") == true
        return isRefused ? findings + [cause] : [cause] + findings
    }

    func announce(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        guard let settings = gathered.settings, let pairs = gathered.identity?.pairs, let client = gathered.client else {
            return (.refused([]), [])
        }
        let introduction = Introduction(
            client: client, name: settings.name, home: layout.home, version: version, registrationKey: settings.registrationKey)
        do throws(InstanceFailure) {
            let custody = IdentityCustody(layout: layout, agentName: settings.name)
            let (answer, earlier) = try await introduction.vouched(
                for: pairs, or: { custody.earlierPairs(than: pairs, midID: settings.midID) }, as: settings.sysID)
            var (event, details) = await take(answer, &gathered, settings, pairs.current)
            if let earlier {
                details.insert("key pair \(earlier.thumbprint) from \(custody.backupFolder) vouched for this one", at: 0)
                // What was sealed to it opens until the next start, at least.
                if pairs.previous == nil { gathered.identity?.pairs.previous = earlier }
            }
            return (event, details)
        } catch {
            log.write(.warning, thread: Self.thread, error.summary)
            let findings = findings(error, settings)
            return (error.kind == .unreachable ? .unreachable(findings) : .refused(findings), [])
        }
    }

    private func take(
        _ answer: AgentMessages.AnnouncementAnswer, _ gathered: inout Gathered, _ settings: RuntimeSettings, _ pair: IdentityKeyPair
    ) async -> (StartupSequence.Event, [String]) {
        (gathered.agent, gathered.validation) = (answer.sysID, answer.validation)
        gathered.autoInvalidated = answer.autoInvalidated.map { Date(timeIntervalSince1970: Double($0)) }
        var details: [String] = []
        switch answer.registrationKey {
        case .notGiven: break
        case .accepted: details.append("registration key accepted")
        case .spent, .expired, .unknown:
            if answer.validation != .yes {
                await keeper.raise(
                    [AgentFindings.registrationKey(spent: answer.registrationKey == .spent, agent: settings.name)], thread: Self.thread)
            }
        }
        await tellOfOthers(answer, settings)
        // A key that did its work, or never will again, has no business in a file.
        var changes: [(name: String, value: String?)] = []
        if settings.registrationKey != nil, answer.registrationKey == .accepted || answer.registrationKey == .spent {
            changes.append((RuntimeSettings.registrationKeyName, nil))
            gathered.settings?.registrationKey = nil
        }
        if settings.sysID != answer.sysID { changes.append(("mid_sys_id", answer.sysID.description)) }
        gathered.settings?.sysID = answer.sysID
        do throws(HomeFailure) { try ConfigurationEditing(layout: layout).set(changes) } catch {
            await keeper.raise([error.finding], thread: Self.thread)
        }
        await keeper.update { ($0.sysID, $0.validated) = (answer.sysID.description, answer.validation.rawValue) }
        switch answer.key {
        case .recorded: return (.passed, details + ["Updated public key, new certificate: \(pair.thumbprint)"])
        case .unchanged: return (.passed, details + ["the instance has this key on record"])
        case .accepted: return (.unreachable([]), details)
        case .proofRequired, .proofInvalid:
            // No key that the keystore still has could vouch for this one.
            let finding = AgentFindings.keyMismatch(
                agent: settings.name, fingerprint: pair.thumbprint, proofGiven: answer.key == .proofInvalid)
            return (.refused([finding]), details)
        }
    }

    /// Another place that this agent spoke from, and other agents that share its user: warnings, since it may all be meant.
    private func tellOfOthers(_ answer: AgentMessages.AnnouncementAnswer, _ settings: RuntimeSettings) async {
        if let place = answer.otherPlace {
            await keeper.raise([AgentFindings.heardElsewhere(agent: settings.name, place: place, home: layout.home)], thread: Self.thread)
        }
        if let others = answer.sharesUserWith {
            await keeper.raise([AgentFindings.sharedLogin(agent: settings.name, user: settings.user, others: others)], thread: Self.thread)
        } else {
            await keeper.settle { $0.id == "identity.shared-login" }
        }
    }

    func awaitValidation(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        if gathered.validation == .yes { return (.passed, ["validated: Yes"]) }
        guard let settings = gathered.settings else { return (.refused([]), []) }
        // The announcement before this said no; from the second time on, ask again.
        if gathered.askedForValidation {
            let (event, _) = await announce(&gathered)
            if event != .passed { return (event, []) }
            if gathered.validation == .yes { return (.passed, ["validated: Yes"]) }
        }
        gathered.askedForValidation = true
        if gathered.validating(for: validating) {
            await keeper.settle { $0.id == "identity.not-validated" }
            let ahead = gathered.client?.clock.secondsAhead
            return (.notValidated([AgentFindings.validatingStuck(settings, for: validating, instanceAhead: ahead)]), [])
        }
        let finding = AgentFindings.notValidated(
            agent: settings.name, instance: settings.instanceURL, state: gathered.validation.rawValue, since: gathered.autoInvalidated)
        return (.notValidated([finding]), [])
    }

    func findings(_ failure: InstanceFailure, _ settings: RuntimeSettings) -> [Finding] {
        failure.findings(instance: settings.instanceURL, user: settings.user, home: layout.home)
    }
}
