import AgentIdentity
import AgentProtocol
import Foundation
import InstanceServer
import InstanceStore
import Testing

@Suite("An agent gets its jobs over verified TLS, once it is validated and only its own") struct AgentRoutesTests {
    @Test("announced, validated by a one-time key, a job claimed, its result stored once")
    func wholeWay() async throws {
        try await withInstance { instance in
            var agent = try await TestAgent.enrolled(at: instance)
            let first = try await agent.announce()
            #expect(first.key == .recorded)
            #expect(first.validation == .no)
            agent.sysID = first.sysID
            let refused = try await agent.claimAnswer()
            #expect(refused.status == 403)
            #expect(refused.body.contains("\"Agent not validated\""))

            let second = try await agent.announce(registrationKey: agent.enrolment.registrationKey)
            #expect(second.registrationKey == .accepted && second.validation == .yes && second.key == .unchanged)
            #expect(second.sysID == first.sysID)
            #expect(
                try await agent.announce(registrationKey: agent.enrolment.registrationKey).registrationKey == .accepted,
                "the answer was lost")

            let job = try await agent.insertJob()
            let claim = try #require(try await agent.claim().first)
            #expect(claim.job.sysID == job.sysID)
            #expect(try await agent.report(claim) == .stored)
            #expect(try await agent.report(claim) == .duplicate)
            #expect(try await agent.report(claim, key: "other") == .stale)
            #expect(try await instance.administration.job(job.sysID)?.record.state == .processed)
            #expect(try await instance.administration.results(of: job.sysID).map(\.record.payload) == ["<results/>"])
        }
    }

    @Test("a held claim answers as soon as a job comes, from this process or another")
    func longPoll() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            let clock = ContinuousClock()
            let begin = clock.now
            async let claims = agent.claim(wait: 25)
            try await Task.sleep(for: .milliseconds(300))
            try await agent.insertJob()
            #expect(try await claims.count == 1)
            #expect(clock.now - begin < .seconds(10))
        }
    }

    @Test("a newer claim ends an older one, and a newer process ends the older process")
    func displaced() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            async let older = agent.claimAnswer(wait: 25)
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await agent.claim().isEmpty)
            #expect(try await older.status == 200)
            try await agent.insertJob()
            #expect(try await agent.claim(session: "s2").count == 1)
            #expect(try await agent.claimAnswer(session: "s1").status == 409)
        }
    }

    @Test("a held claim whose client has gone takes no job with it")
    func clientGone() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            let request = AgentMessages.ClaimRequest(interactive: 1, expedited: 1, standard: 1, waitSeconds: 25, session: "s1")
            let body = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
            let gone = try await Tool.curl.run([
                "-sS", "--max-time", "1", "--cacert", instance.rootPath, "-u", "\(agent.user.0):\(agent.user.1)", "-H", "Expect:",
                "--data-binary", body, instance.base + agent.path + "/claims",
            ])
            #expect(gone.status == 28, "curl gives up after a second: \(gone.error)")
            try await Task.sleep(for: .seconds(2))
            try await agent.insertJob()
            try await Task.sleep(for: .milliseconds(300))
            let claim = try #require(try await agent.claim().first)
            #expect(claim.earlierClaims == 0)
        }
    }

    @Test("only the agent's own user acts for it")
    func strangers() async throws {
        try await withInstance { instance in
            let one = try await TestAgent.validated("one", at: instance)
            var two = try await TestAgent.validated("two", at: instance)
            two.sysID = one.sysID
            #expect(try await two.claimAnswer().status == 404)
            two.enrolment.agentName = "one"
            #expect(try await instance.send(two.announcement(), to: AgentMessages.basePath, as: two.user).status == 403)
            let admin = try await instance.send(two.announcement(), to: AgentMessages.basePath, as: ("admin", instance.adminPassword))
            #expect(admin.status == 403)
        }
    }

    @Test("a new key of a validated agent needs the old one's word")
    func rotation() async throws {
        try await withInstance { instance in
            var agent = try await TestAgent.validated(at: instance)
            let old = agent.pair
            agent.pair = try TestAgent.newPair("one")
            let asked = try await agent.announce()
            #expect(asked.key == .proofRequired)
            #expect(try await agent.announce(proof: "a.b.c").key == .proofInvalid)
            let proof = try ContinuityProof.sign(by: old, newThumbprint: agent.pair.thumbprint, agent: asked.sysID, nonce: asked.nonce)
            let vouchedFor = try await agent.announce(proof: proof)
            #expect(vouchedFor.key == .accepted && vouchedFor.validation == .yes)
            let new = agent.pair
            agent.pair = old
            #expect(try await agent.announce().key == .unchanged, "the old one is good until the new one comes")
            agent.pair = new
            let taken = try await agent.announce()
            #expect(taken.key == .recorded && taken.validation == .yes)
            #expect(taken.nonce != asked.nonce, "a proof counts once")
            agent.pair = old
            #expect(try await agent.announce().key == .proofRequired)
            agent.pair = new
            #expect(try await agent.announce().key == .unchanged)
        }
    }

    @Test("a heartbeat keeps the lease, findings reach the console escaped")
    func heartbeatAndFindings() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            try await agent.insertJob("<script>alert(1)</script>", payload: "<parameters>\"'&</parameters>")
            let claim = try #require(try await agent.claim().first)
            let beat = AgentMessages.Heartbeat(session: "s1", holding: [.init(job: claim.job.sysID, token: claim.token)], spooledResults: 3)
            let answer = try await instance.send(beat, to: agent.path + "/heartbeat", as: agent.user)
            #expect(try answer.decoded(AgentMessages.HeartbeatAnswer.self) == .init(validation: .yes, lost: []))

            let finding =
                #"{"id":"chain.root-missing","severity":"error","subject":"https://x","summary":"<b>no</b>","fixes":[{"effect":"trust it","command":"midguard trust add","safe":true}]}"#
            let report = AgentMessages.FindingsReport(findings: [finding])
            #expect(try await instance.send(report, to: agent.path + "/findings", as: agent.user).status == 204)
            let bad = AgentMessages.FindingsReport(findings: ["{}"])
            #expect(try await instance.send(bad, to: agent.path + "/findings", as: agent.user).status == 400)

            let page = try await instance.request("GET", "/", user: ("admin", instance.adminPassword))
            #expect(page.status == 200)
            #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            #expect(page.body.contains("chain.root-missing") && page.body.contains("midguard trust add"))
            #expect(!page.body.contains("<script>") && !page.body.contains("<b>no</b>") && !page.body.contains("<parameters>"))
            #expect(page.body.contains("&lt;script&gt;"))
            #expect(try await instance.request("GET", "/", user: agent.user).status == 403)
            #expect(try await instance.request("GET", "/").status == 401)
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var because: String, path: String, body: String, status: Int
        var testDescription: String { because }
    }
    static let bad = [
        Bad(because: "not JSON", path: "", body: "{", status: 400),
        Bad(because: "a field is missing", path: "", body: "{}", status: 400),
        Bad(because: "over the limit", path: "", body: String(repeating: " ", count: (1 << 20) + 1), status: 400),
        Bad(because: "no such agent", path: "/00000000000000000000000000000000/claims", body: "{}", status: 404),
        Bad(because: "not an identifier", path: "/x/claims", body: "{}", status: 404),
        Bad(because: "no such route", path: "/x/y", body: "{}", status: 400),
    ]
    @Test("bad requests are refused in the documented shape")
    func badRequests() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.enrolled(at: instance)
            for row in Self.bad {
                let answer = try await instance.request("POST", AgentMessages.basePath + row.path, user: agent.user, body: row.body)
                #expect(answer.status == row.status, "\(row.because): \(answer.body)")
                let json = try answer.json()
                #expect(json["status"] as? String == "failure", "\(row.because)")
                #expect((json["error"] as? [String: Any])?["message"] is String, "\(row.because)")
            }
            let wrong = try await instance.request("POST", AgentMessages.basePath, user: (agent.user.0, "wrong"), body: "{}")
            #expect(wrong.status == 401)
            #expect(wrong.headers["www-authenticate"] == "BASIC realm=\"Midguard\"")
        }
    }
}
