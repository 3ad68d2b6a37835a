import AgentProtocol
import Foundation
import InstanceStore
import Testing

@testable import InstanceServer

@Suite("An announcement changes exactly what its evidence allows") struct AdmissionTests {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)
    static let oldKey: [UInt8] = [1], newKey: [UInt8] = [2]

    struct Row: Sendable, CustomTestStringConvertible {
        var because: String
        var validation: AgentMessages.Validation = .yes
        var recorded: [UInt8]? = AdmissionTests.oldKey
        var pending: [UInt8]?
        var announced: [UInt8] = AdmissionTests.oldKey
        /// Seconds until the registration key ends; nil: none given.
        var keyEnds: Double?
        var spent = false
        var proof: Bool?
        var key: AgentMessages.KeyOutcome
        var registration: AgentMessages.RegistrationKeyOutcome = .notGiven
        var becomes: AgentMessages.Validation
        var saves = true
        var testDescription: String { because }
    }
    static let rows = [
        Row(because: "first contact", validation: .no, recorded: nil, key: .recorded, becomes: .no),
        Row(
            because: "first contact with a key", validation: .no, recorded: nil, keyEnds: 1, key: .recorded, registration: .accepted,
            becomes: .yes),
        Row(because: "the key is over", validation: .no, recorded: nil, keyEnds: 0, key: .recorded, registration: .expired, becomes: .no),
        Row(
            because: "the key was spent", validation: .no, recorded: nil, keyEnds: 1, spent: true, key: .recorded, registration: .spent,
            becomes: .no),
        Row(because: "same again", key: .unchanged, becomes: .yes),
        Row(because: "not validated: the key may change", validation: .no, announced: newKey, key: .recorded, becomes: .no),
        Row(because: "validated: it may not", announced: newKey, key: .proofRequired, becomes: .yes, saves: false),
        Row(because: "a bad proof", announced: newKey, proof: false, key: .proofInvalid, becomes: .yes, saves: false),
        Row(because: "a good proof: both are good", announced: newKey, proof: true, key: .accepted, becomes: .yes),
        Row(because: "the answer was lost: the same again", pending: newKey, announced: newKey, proof: true, key: .accepted, becomes: .yes),
        Row(because: "the new key itself: it takes the place", pending: newKey, announced: newKey, key: .recorded, becomes: .yes),
        Row(because: "the old key while the new one waits", pending: newKey, key: .unchanged, becomes: .yes),
        Row(
            because: "a third key while one waits", pending: [3], announced: newKey, key: .proofRequired, becomes: .yes, saves: false),
        Row(because: "old key lost, one-time key", announced: newKey, keyEnds: 1, key: .recorded, registration: .accepted, becomes: .yes),
        Row(
            because: "old key lost, key spent", announced: newKey, keyEnds: 1, spent: true, key: .proofRequired, registration: .spent,
            becomes: .yes, saves: false),
    ]
    @Test(arguments: rows) func evidence(_ row: Row) throws {
        var agent = AgentRecord(name: "one", userName: "u", createdAt: Self.now)
        (agent.validation, agent.certificate, agent.pendingCertificate) = (row.validation, row.recorded, row.pending)
        let key = row.keyEnds.map {
            RegistrationKeyFacts(agentName: "one", expiresAt: Self.now.addingTimeInterval($0), spentAt: row.spent ? Self.now : nil)
        }
        let decision = decide(
            announcement(registrationKey: key.map { _ in "k" }, proof: row.proof.map { _ in "p" }), row.announced,
            AdmissionFacts(agentOfThatName: agent, agentOfThatSysID: nil, registrationKey: key), proofHolds: row.proof ?? false)
        let answer = try decision.answer.get()
        #expect(answer.key == row.key)
        #expect(answer.registrationKey == row.registration)
        #expect(answer.validation == row.becomes)
        #expect((decision.save != nil) == row.saves)
        #expect(decision.spendRegistrationKey == (row.registration == .accepted))
        // Until the new key announces itself, secrets are sealed to the old one.
        if row.key == .accepted {
            #expect(decision.save?.certificate == row.recorded && decision.save?.pendingCertificate == row.announced)
        }
        if row.key == .recorded { #expect(decision.save?.certificate == row.announced && decision.save?.pendingCertificate == nil) }
        if row.key == .unchanged {
            #expect(decision.save?.certificate == row.announced && decision.save?.pendingCertificate == row.pending)
        }
    }

    @Test("names, users and identifiers are not mixed up")
    func refusals() {
        let agent = AgentRecord(name: "one", userName: "u", createdAt: Self.now)
        func answer(_ name: String, user: String = "u", byName: AgentRecord? = nil, bySysID: AgentRecord? = nil) -> AgentAdmission.Outcome {
            decide(
                announcement(name), Self.oldKey, AdmissionFacts(agentOfThatName: byName, agentOfThatSysID: bySysID, registrationKey: nil),
                user: user
            ).answer
        }
        #expect(answer("one", user: "eve", byName: agent) == .failure(.otherUsersAgent))
        #expect(answer("two", bySysID: agent) == .failure(.nameChanged(recorded: "one")))
        for name in ["", "*", "a\nb", String(repeating: "a", count: 101)] { #expect(answer(name) == .failure(.badName), "\(name)") }
    }

    @Test("a key for another agent is unknown here")
    func otherAgentsKey() throws {
        let key = RegistrationKeyFacts(agentName: "two", expiresAt: Self.now.addingTimeInterval(9))
        let facts = AdmissionFacts(agentOfThatName: nil, agentOfThatSysID: nil, registrationKey: key)
        #expect(try decide(announcement(registrationKey: "k"), Self.oldKey, facts).answer.get().registrationKey == .unknown)
    }

    @Test("another place is told while the first is alive, and other agents of the user always")
    func others() throws {
        var known = AgentRecord(name: "one", userName: "u", createdAt: Self.now)
        (known.hostName, known.homeDirectory, known.certificate, known.validation) = ("h", "/elsewhere", Self.oldKey, .yes)
        for (silence, place) in [(30.0, "h:/elsewhere"), (600, nil)] {
            known.lastSeen = Self.now.addingTimeInterval(-silence)
            var facts = AdmissionFacts(agentOfThatName: known, agentOfThatSysID: nil, registrationKey: nil)
            facts.othersOfThatUser = ["two"]
            let answer = try decide(announcement(), Self.oldKey, facts).answer.get()
            #expect(answer.otherPlace == place && answer.sharesUserWith == ["two"])
        }
        (known.homeDirectory, known.lastSeen) = ("/", Self.now)
        let facts = AdmissionFacts(agentOfThatName: known, agentOfThatSysID: nil, registrationKey: nil)
        let same = try decide(announcement(), Self.oldKey, facts).answer.get()
        #expect(same.otherPlace == nil && same.sharesUserWith == nil)
    }

    private func announcement(_ name: String = "one", registrationKey: String? = nil, proof: String? = nil) -> AgentMessages.Announcement {
        AgentMessages.Announcement(
            name: name, sysID: nil, hostName: "h", homeDirectory: "/", version: "v", certificate: "", registrationKey: registrationKey,
            continuityProof: proof)
    }

    private func decide(
        _ announcement: AgentMessages.Announcement, _ certificate: [UInt8], _ facts: AdmissionFacts, user: String = "u",
        proofHolds: Bool = false
    ) -> AdmissionDecision<AgentAdmission.Outcome> {
        AgentAdmission.decide(announcement, certificate: certificate, user: user, facts: facts, now: Self.now) { _ in proofHolds }
    }
}
