import AgentProtocol
import Foundation
import InstanceStore
import Testing

@Suite("Users, agents and one-time keys are what was written, and a name exists once") struct PeopleTests {
    @Test("a password opens its own user only")
    func passwords() async throws {
        try await withStore { store, _ in
            let user = UserRecord(name: "ada", roles: [.midServer])
            try await store.createUser(user, password: "lovelace", now: noon)
            #expect(try await store.user("ada", password: "lovelace") == user)
            #expect(try await store.user("ada", password: "Lovelace") == nil)
            #expect(try await store.user("eve", password: "lovelace") == nil)
            await #expect(throws: InstanceStoreError.exists(kind: "sys_user", name: "ada")) {
                try await store.createUser(user, password: "x", now: noon)
            }
        }
    }

    @Test("a registration key is spent in the transaction that admits")
    func registrationKey() async throws {
        try await withStore { store, _ in
            try await store.addRegistrationKey("k", for: "one", expiresAt: after(60))
            let agent = AgentRecord(name: "one", userName: "u", createdAt: noon)
            for expected in [nil, noon] as [Date?] {
                let spentBefore = try await store.admit(name: "one", userName: "u", sysID: nil, registrationKey: "k", now: noon) { facts in
                    AdmissionDecision(save: agent, spendRegistrationKey: true, answer: facts.registrationKey?.spentAt)
                }
                #expect(spentBefore == expected)
            }
            let none = try await store.admit(name: "one", userName: "u", sysID: agent.sysID, registrationKey: "other", now: noon) { facts in
                AdmissionDecision(save: nil, spendRegistrationKey: false, answer: facts)
            }
            #expect(none == AdmissionFacts(agentOfThatName: agent, agentOfThatSysID: agent, registrationKey: nil))
        }
    }

    @Test("findings are replaced as a whole and keep their order")
    func findings() async throws {
        try await withStore { store, _ in
            let agent = AgentRecord(name: "one", userName: "u", createdAt: noon)
            try await store.insertAgent(agent)
            try await store.replaceFindings(of: agent.sysID, with: ["{1}", "{2}"], now: noon)
            try await store.replaceFindings(of: agent.sysID, with: ["{3}", "{1}"], now: noon)
            #expect(try await store.findings(of: agent.sysID) == ["{3}", "{1}"])
        }
    }

    @Test("the first revocation counts; a certificate past its end leaves the list")
    func revocation() async throws {
        try await withStore { store, _ in
            try await store.recordIssued(
                IssuedCertificate(issuer: "issuing", serial: "0a", subject: "CN=x", certificate: [1], notBefore: noon, notAfter: after(100))
            )
            try await store.revoke(issuer: "issuing", serial: "0a", at: after(1), reason: 1)
            try await store.revoke(issuer: "issuing", serial: "0a", at: after(2), reason: 5)
            #expect(try await store.issued(issuer: "issuing", serial: "0a")?.revocation == .init(at: after(1), reason: 1))
            #expect(try await store.revoked(issuer: "issuing", now: after(100)).count == 1)
            #expect(try await store.revoked(issuer: "issuing", now: after(101)).isEmpty)
            #expect(try await store.revoked(issuer: "root", now: noon).isEmpty)
            await #expect(throws: InstanceStoreError.absent(kind: "issued_certificate", name: "0b")) {
                try await store.revoke(issuer: "issuing", serial: "0b", at: noon, reason: nil)
            }
        }
    }

    @Test("the plain protocol closes a job by its answer, and an update ends a lease")
    func plainProtocol() async throws {
        try await withStore { store, _ in
            let first = try await store.insertJob(job("A"), by: "t", now: noon)
            let second = try await store.insertJob(job("B"), by: "t", now: noon)
            let answer = QueueRecord(agent: first.agent, queue: .input, topic: "A", responseTo: first.sysID)
            try await store.insertInput(answer, by: "u", now: noon)
            #expect(try await store.entry(first.sysID)?.record.state == .processed)

            let claim = try await store.claimAll()[0]
            #expect(claim.record.sysID == second.sysID)
            #expect(try await store.updateEntry(second.sysID, state: .ready, errorString: nil, now: noon))
            #expect(try await store.claimAll()[0].token > claim.token)
            #expect(try await store.updateEntry(.random(), state: .ready, errorString: nil, now: noon) == false)

            let query = try EncodedQuery("queue=output^stateINprocessed,error")
            let (page, total) = try await store.entries(matching: query, limit: 10)
            #expect(page.map(\.record.sysID) == [first.sysID])
            #expect(total == 1)
        }
    }
}
