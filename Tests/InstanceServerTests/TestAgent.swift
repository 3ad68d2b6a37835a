import AgentIdentity
import AgentProtocol
import Foundation
import InstanceServer
import Testing

/// An agent as the wire sees it, enrolled and with a key pair.
struct TestAgent: Sendable {
    var instance: RunningInstance
    var enrolment: Enrolment
    var pair: IdentityKeyPair
    var sysID: SysID?

    var user: (String, String) { (enrolment.user, enrolment.password) }
    var path: String { AgentMessages.basePath + "/" + (sysID?.description ?? "") }

    static func enrolled(_ name: String = "one", at instance: RunningInstance) async throws -> TestAgent {
        TestAgent(instance: instance, enrolment: try await instance.administration.enroll(agentName: name), pair: try newPair(name))
    }

    /// Known to the instance and validated by its one-time key.
    static func validated(_ name: String = "one", at instance: RunningInstance) async throws -> TestAgent {
        var agent = try await enrolled(name, at: instance)
        let answer = try await agent.announce(registrationKey: agent.enrolment.registrationKey)
        #expect(answer.validation == .yes)
        agent.sysID = answer.sysID
        return agent
    }

    static func newPair(_ name: String) throws -> IdentityKeyPair {
        try IdentityKeyPair.generate(agentName: name, tail: SysID.random().description, notBefore: Date())
    }

    func announcement(registrationKey: String? = nil, proof: String? = nil) -> AgentMessages.Announcement {
        AgentMessages.Announcement(
            name: enrolment.agentName, sysID: sysID, hostName: "host", homeDirectory: "/opt/agent", version: "test",
            certificate: Data(pair.certificateDER).base64EncodedString(), registrationKey: registrationKey, continuityProof: proof)
    }

    func announce(registrationKey: String? = nil, proof: String? = nil) async throws -> AgentMessages.AnnouncementAnswer {
        let answer = try await instance.send(
            announcement(registrationKey: registrationKey, proof: proof), to: AgentMessages.basePath, as: user)
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.decoded(AgentMessages.AnnouncementAnswer.self)
    }

    func claim(wait: Int = 0, session: String = "s1") async throws -> [AgentMessages.Claim] {
        let answer = try await claimAnswer(wait: wait, session: session)
        #expect(answer.status == 200, "\(answer.body)")
        return try answer.decoded(AgentMessages.ClaimAnswer.self).claims
    }

    func claimAnswer(wait: Int = 0, session: String = "s1") async throws -> Answer {
        try await instance.send(
            AgentMessages.ClaimRequest(interactive: 10, expedited: 20, standard: 25, waitSeconds: wait, session: session),
            to: path + "/claims", as: user)
    }

    func report(_ claim: AgentMessages.Claim, key: String = "k") async throws -> AgentMessages.ResultOutcome {
        let record = QueueRecord(
            agent: claim.job.agent, queue: .input, topic: claim.job.topic, payload: "<results/>", responseTo: claim.job.sysID)
        let request = AgentMessages.ResultsRequest(results: [.init(idempotencyKey: key, token: claim.token, record: record)])
        let answer = try await instance.send(request, to: path + "/results", as: user)
        return try #require(try answer.decoded(AgentMessages.ResultsAnswer.self).receipts.first?.outcome)
    }

    @discardableResult
    func insertJob(_ topic: String = "Test", payload: String = "") async throws -> QueueRecord {
        try await instance.administration.insertJob(
            QueueRecord(agent: queueAgent(named: enrolment.agentName), queue: .output, topic: topic, payload: payload))
    }
}
