import AgentProtocol
import Foundation
import InstanceStore

/// What happens when an agent says who it is: pure rules over what the tables say.
enum AgentAdmission {
    enum Refusal: Error, Hashable, Sendable {
        /// The agent is recorded with another user.
        case otherUsersAgent
        /// The identifier belongs to an agent of that name.
        case nameChanged(recorded: String)
        case badName
    }

    typealias Outcome = Result<AgentMessages.AnnouncementAnswer, Refusal>

    /// `proofHolds` checks the announcement's continuity proof against the certificate and the nonce on record.
    static func decide(
        _ announcement: AgentMessages.Announcement, certificate: [UInt8], user: String, facts: AdmissionFacts, now: Date,
        proofHolds: (_ recorded: AgentRecord) -> Bool
    ) -> AdmissionDecision<Outcome> {
        func refuse(_ refusal: Refusal) -> AdmissionDecision<Outcome> {
            AdmissionDecision(save: nil, spendRegistrationKey: false, answer: .failure(refusal))
        }
        guard isName(announcement.name) else { return refuse(.badName) }
        if let other = facts.agentOfThatSysID, other.name != announcement.name { return refuse(.nameChanged(recorded: other.name)) }
        var agent =
            facts.agentOfThatName
            ?? AgentRecord(sysID: announcement.sysID ?? .random(), name: announcement.name, userName: user, createdAt: now)
        guard agent.userName == user else { return refuse(.otherUsersAgent) }

        let keyIsNew = agent.certificate != certificate
        // Announced again without a proof it takes the old one's place; with one, the answer to the first time was lost.
        let confirms = keyIsNew && agent.pendingCertificate == certificate && announcement.continuityProof == nil
        let registration = registrationOutcome(facts.registrationKey, given: announcement.registrationKey != nil, agent, certificate, now)
        let spends =
            registration == .accepted && facts.registrationKey?.spentAt == nil && (agent.validation != .yes || keyIsNew) && !confirms
        let key = keyOutcome(agent, keyIsNew: keyIsNew, vouchedFor: spends || confirms, proof: announcement.continuityProof, proofHolds)

        if key == .accepted { agent.pendingCertificate = certificate }
        guard key == .recorded || key == .unchanged || key == .accepted else {
            let answer = answer(agent, key, registration, announcement, facts, now)
            return AdmissionDecision(save: nil, spendRegistrationKey: false, answer: .success(answer))
        }
        if key == .recorded {
            (agent.certificate, agent.pendingCertificate) = (certificate, nil)
            // A new key is what was asked for, with or without a proof.
            (agent.rekeyRequestedAt, agent.rekeyReplacesCustom) = (nil, false)
            agent.nonce = SysID.random().description
        }
        let place = otherPlace(agent, announcement, now)
        if spends { (agent.validation, agent.autoInvalidatedAt) = (.yes, nil) }
        (agent.hostName, agent.homeDirectory, agent.version) = (announcement.hostName, announcement.homeDirectory, announcement.version)
        agent.lastSeen = now
        var answer = answer(agent, key, registration, announcement, facts, now)
        answer.otherPlace = place
        return AdmissionDecision(save: agent, spendRegistrationKey: spends, answer: .success(answer))
    }

    private static func answer(
        _ agent: AgentRecord, _ key: AgentMessages.KeyOutcome, _ registration: AgentMessages.RegistrationKeyOutcome,
        _ announcement: AgentMessages.Announcement, _ facts: AdmissionFacts, _ now: Date
    ) -> AgentMessages.AnnouncementAnswer {
        var answer = AgentMessages.AnnouncementAnswer(
            sysID: agent.sysID, validation: agent.validation, key: key, registrationKey: registration, nonce: agent.nonce,
            autoInvalidated: agent.autoInvalidatedSeconds)
        answer.otherPlace = otherPlace(agent, announcement, now)
        if !facts.othersOfThatUser.isEmpty { answer.sharesUserWith = facts.othersOfThatUser }
        return answer
    }

    /// Where it was alive a moment ago, when it speaks from elsewhere now: its home was copied, or moved in a hurry.
    private static func otherPlace(_ agent: AgentRecord, _ announcement: AgentMessages.Announcement, _ now: Date) -> String? {
        guard agent.isUp(at: now), !agent.hostName.isEmpty,
            (agent.hostName, agent.homeDirectory) != (announcement.hostName, announcement.homeDirectory)
        else { return nil }
        return "\(agent.hostName):\(agent.homeDirectory)"
    }

    /// A key that this very agent and certificate have spent is accepted again: the first answer may have been lost.
    private static func registrationOutcome(
        _ key: RegistrationKeyFacts?, given: Bool, _ agent: AgentRecord, _ certificate: [UInt8], _ now: Date
    ) -> AgentMessages.RegistrationKeyOutcome {
        guard given else { return .notGiven }
        guard let key, key.agentName == nil || key.agentName == agent.name else { return .unknown }
        if key.spentAt != nil {
            return key.spentBy == agent.sysID && agent.certificate == certificate && agent.validation == .yes ? .accepted : .spent
        }
        return key.expiresAt > now ? .accepted : .expired
    }

    /// Of an agent that is validated, a new key needs the old one's word, or a one-time registration key. With the old one's word both are
    /// good until the new one is announced again.
    private static func keyOutcome(
        _ agent: AgentRecord, keyIsNew: Bool, vouchedFor: Bool, proof: String?, _ proofHolds: (AgentRecord) -> Bool
    ) -> AgentMessages.KeyOutcome {
        if !keyIsNew { return .unchanged }
        if agent.certificate == nil || agent.validation != .yes || vouchedFor { return .recorded }
        guard proof != nil else { return .proofRequired }
        return proofHolds(agent) ? .accepted : .proofInvalid
    }

    /// 1 to 100 characters, none of them a control character, and not the queue's sign for everyone.
    static func isName(_ name: String) -> Bool {
        (1...100).contains(name.count) && !name.contains("*")
            && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

extension AgentRecord {
    fileprivate var autoInvalidatedSeconds: Int64? { autoInvalidatedAt.map { Int64($0.timeIntervalSince1970) } }
}
