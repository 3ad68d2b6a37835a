import AgentIdentity
import AgentProtocol
import Foundation
import Hummingbird
import InstanceStore
import NIOCore

/// Midguard's own protocol for agents, under ``AgentMessages/basePath``.
struct AgentRoutes: Sendable {
    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        let agents = router.group(RouterPath(AgentMessages.basePath))
        router.get(RouterPath(AgentMessages.policiesPath)) { request, _ in try await policies(request) }
        agents.post { request, _ in try await announce(request) }
        agents.post("{id}/claims") { request, route in try await claims(request, route) }
        agents.post("{id}/results") { request, route in try await results(request, route.parameters.get("id")) }
        agents.post("{id}/heartbeat") { request, route in try await heartbeat(request, route.parameters.get("id")) }
        agents.post("{id}/actions") { request, route in try await act(request, route.parameters.get("id")) }
        agents.post("{id}/client-certificate") { request, route in try await certify(request, route.parameters.get("id")) }
        agents.post("{id}/findings") { request, route in try await findings(request, route.parameters.get("id")) }
    }

    private func announce(_ request: Request) async throws -> Response {
        let token = request.headers[.authorization].flatMap(Authenticator.bearer)
        // Nothing is read from a stranger; a token may be proved by what the announcement says.
        let known = token == nil ? try await context.authenticator.user(of: request, role: .midServer) : nil
        let announcement = try await request.json(AgentMessages.Announcement.self)
        let certificate = try AgentCertificate(base64: announcement.certificate)
        let now = context.now()
        let user: UserRecord
        if let known {
            user = known
        } else if let token, let newcomer = try await newcomer(token, announcement, certificate, now: now) {
            user = newcomer
        } else {
            user = try await context.authenticator.user(of: request, role: .midServer)
        }
        let outcome = try await context.store.admit(
            name: announcement.name, userName: user.name, sysID: announcement.sysID, registrationKey: announcement.registrationKey, now: now
        ) { facts in
            AgentAdmission.decide(announcement, certificate: certificate.der, user: user.name, facts: facts, now: now) { recorded in
                Self.proofHolds(announcement, certificate: certificate, recorded: recorded)
            }
        }
        switch outcome {
        case .success(let answer): return try JSONAnswer.response(answer)
        case .failure(let refusal): throw refusal.fault
        }
    }

    /// Without a password, an agent's first word is its token, signed by the very key that it announces, together with a registration key of
    /// its own: that key then says whose agent it is.
    private func newcomer(
        _ token: String, _ announcement: AgentMessages.Announcement, _ certificate: AgentCertificate, now: Date
    ) async throws -> UserRecord? {
        guard let key = announcement.registrationKey, let token = try? AgentToken(token, certificateDER: certificate.der, now: now),
            token.agentName == announcement.name, let agent = try await context.store.agent(named: announcement.name),
            token.user == agent.userName,
            try await context.store.registrationKey(key, opensFor: agent, with: certificate.der, at: now)
        else { return nil }
        return try await context.store.user(named: agent.userName)
    }

    /// A client certificate over the key that the agent has on record.
    private func certify(_ request: Request, _ id: String?) async throws -> Response {
        let agent = try await actingAgent(request, id)
        try AgentAccess.mustBeValidated(agent)
        let asked = try await request.json(AgentMessages.ClientCertificateRequest.self)
        guard let der = Data(base64Encoded: asked.request), let recorded = agent.certificate else {
            throw APIFault.malformed("Bad value: request")
        }
        let issued: IssuedClientCertificate
        do throws(InstanceAuthorityError) {
            issued = try await context.authority.issueClientCertificate(
                request: Array(der), over: recorded, agent: agent.name, now: context.now())
        } catch {
            if case .requestInvalid(let why) = error { throw APIFault.malformed("Bad value: request (\(why))") }
            throw error
        }
        try await context.store.mapClientCertificate(
            ClientCertificateMapping(
                sha256: issued.sha256, userName: agent.userName, subject: agent.name, notAfter: issued.notAfter, serial: issued.serial),
            by: "agent \(agent.name)", now: context.now())
        return try JSONAnswer.response(
            AgentMessages.ClientCertificateAnswer(chain: issued.chain.map { Data($0).base64EncodedString() }))
    }

    /// The key on record vouches for the new one, for this agent and for the nonce it was given.
    private static func proofHolds(
        _ announcement: AgentMessages.Announcement, certificate: AgentCertificate, recorded: AgentRecord
    ) -> Bool {
        guard let proof = announcement.continuityProof, let old = recorded.certificate else { return false }
        do {
            try ContinuityProof.verify(
                proof, oldCertificateDER: old, newCertificateDER: certificate.der, agent: recorded.sysID, nonce: recorded.nonce)
            return true
        } catch { return false }
    }

    private func policies(_ request: Request) async throws -> Response {
        _ = try await context.authenticator.user(of: request, role: .midServer)
        guard let text = try await context.store.policies() else { return Response(status: .noContent) }
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func claims(_ request: Request, _ route: InstanceRequestContext) async throws -> Response {
        let agent = try await actingAgent(request, route.parameters.get("id"))
        let asked = try await request.json(AgentMessages.ClaimRequest.self)
        try AgentAccess.mustBeValidated(agent)
        try await noteAlive(agent)
        let rules = ClaimRules(store: context.store, waits: context.claimWaits, now: context.now)
        var claims: [AgentMessages.Claim] = []
        for job in try await rules.claim(asked, for: agent, over: route.channel) {
            claims.append(
                AgentMessages.Claim(
                    job: job.record, token: job.token, earlierClaims: job.earlierClaims, leaseSeconds: InstanceContext.leaseSeconds,
                    sealedSecrets: try await SealedCredentials.forJob(job.record, of: agent, in: context)))
        }
        return try JSONAnswer.response(AgentMessages.ClaimAnswer(claims: claims))
    }

    private func results(_ request: Request, _ id: String?) async throws -> Response {
        let agent = try await actingAgent(request, id)
        let sent = try await request.json(AgentMessages.ResultsRequest.self, upTo: BodyLimit.queue)
        for result in sent.results where !(1...200).contains(result.idempotencyKey.utf8.count) {
            throw APIFault.malformed("Bad value: results.idempotencyKey")
        }
        let outcomes = try await context.store.storeResults(
            sent.results, agent: queueAgent(named: agent.name), by: agent.userName, now: context.now())
        let receipts = zip(sent.results, outcomes).map { AgentMessages.Receipt(idempotencyKey: $0.idempotencyKey, outcome: $1) }
        return try JSONAnswer.response(AgentMessages.ResultsAnswer(receipts: receipts))
    }

    private func heartbeat(_ request: Request, _ id: String?) async throws -> Response {
        let agent = try await actingAgent(request, id)
        let beat = try await request.json(AgentMessages.Heartbeat.self)
        let lost = try await context.store.heartbeat(
            agent: agent, session: beat.session, holding: beat.holding, spooledResults: max(0, beat.spooledResults),
            leaseSeconds: InstanceContext.leaseSeconds, now: context.now())
        return try JSONAnswer.response(
            AgentMessages.HeartbeatAnswer(
                validation: agent.validation, lost: lost, rekey: agent.rekeyRequestedAt == nil ? nil : true,
                replacesCustom: agent.rekeyReplacesCustom ? true : nil))
    }

    private func findings(_ request: Request, _ id: String?) async throws -> Response {
        let agent = try await actingAgent(request, id)
        let report = try await request.json(AgentMessages.FindingsReport.self)
        try ReportedFindings.check(report.findings)
        try await context.store.replaceFindings(of: agent.sysID, with: report.findings, now: context.now())
        return Response(status: .noContent)
    }

    /// `{"action": "validate" | "invalidate" | "rekey" | "remove-custom"}`, for administrators.
    private func act(_ request: Request, _ id: String?) async throws -> Response {
        struct Wish: Decodable { var action: String }
        struct Done: Encodable { var sysID: SysID, validation: AgentMessages.Validation, rekeyRequested: Bool }
        let user = try await context.authenticator.user(of: request, role: .admin)
        guard let action = AgentAction(rawValue: try await request.json(Wish.self).action) else {
            throw APIFault.malformed("Bad value: action")
        }
        guard let sysID = id.flatMap({ SysID($0) }), let agent = try await context.store.agent(sysID) else { throw APIFault.noRecord }
        switch try await context.store.perform(action, onAgentNamed: agent.name, by: user.name, now: context.now()) {
        case .success(let agent):
            return try JSONAnswer.response(
                Done(sysID: agent.sysID, validation: agent.validation, rekeyRequested: agent.rekeyRequestedAt != nil))
        case .failure(let refusal): throw APIFault.conflict("Action not possible", detail: refusal.words)
        }
    }

    private func actingAgent(_ request: Request, _ id: String?) async throws -> AgentRecord {
        let user = try await context.authenticator.user(of: request, role: .midServer)
        return try await AgentAccess.agent(id, for: user, in: context.store)
    }

    /// A waiting claim is a sign of life too; written at most every ten seconds.
    private func noteAlive(_ agent: AgentRecord) async throws {
        let now = context.now()
        if let seen = agent.lastSeen, now.timeIntervalSince(seen) < 10 { return }
        try await context.store.touch(agent.sysID, now: now)
    }
}

extension AgentAdmission.Refusal {
    var fault: APIFault {
        switch self {
        case .otherUsersAgent:
            .forbidden("User Not Authorized", detail: "Another user is recorded for this agent.")
        case .nameChanged(let recorded):
            .conflict("Identifier belongs to another agent", detail: "It is recorded as \(recorded).")
        case .badName: .malformed("Bad value: name")
        }
    }
}
