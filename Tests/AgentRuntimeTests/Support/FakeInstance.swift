import AgentProtocol
import Foundation
import PathValidation
import Synchronization
import TrustPolicy
import TrustedTransport

@testable import AgentRuntime

/// An instance in memory that answers as the real one does, until it is told to misbehave.
final class FakeInstance: InstanceTransport {
    struct State {
        var jobs: [QueueRecord] = []
        /// By job: the token of its newest claim and the session that made it.
        var claims: [SysID: (token: Int64, session: String)] = [:]
        var results: [String: AgentMessages.Result] = [:]
        var validation = AgentMessages.Validation.yes
        var key = AgentMessages.KeyOutcome.recorded
        var registrationKey = AgentMessages.RegistrationKeyOutcome.notGiven
        var protocolVersion = 1
        /// What the next requests whose path contains the text get instead of an answer.
        var misbehaviour: [(path: String, Misbehaviour)] = []
        var requests: [(path: String, body: [UInt8], authorized: Bool)] = []
        var announced: [AgentMessages.Announcement] = []
        var heartbeats: [AgentMessages.Heartbeat] = []
        var findings: [String] = []
        var outcome: AgentMessages.ResultOutcome?
        /// What its answers about the start-up say of its clock.
        var date: String?
        var other: (@Sendable (OutboundRequest, Endpoint) throws(TransportFailure) -> InboundResponse)?
        var waiting = 0
        var mostResultsAtOnce = 0
        var inspected: [Endpoint] = []
        /// How long a request that is to wait takes to arrive.
        var delayOfWaits = Duration.zero
        /// What asking again about certificates comes to.
        var evidenceNews: [EvidenceNews] = []
    }
    enum Misbehaviour { case status(Int), hang, cut, cutAfterWork, unreachable }

    static let endpoint = Endpoint(scheme: .https, host: "instance.example", port: 443)
    static let agent = SysID("0123456789abcdef0123456789abcdef") ?? .random()
    let state = Mutex(State())
    private let arrivals = Bell()

    func insert(_ jobs: [QueueRecord]) {
        state.withLock { $0.jobs += jobs }
        arrivals.ring()
    }

    func misbehave(_ path: String, _ how: Misbehaviour, times: Int = 1) {
        state.withLock { $0.misbehaviour += Array(repeating: (path, how), count: times) }
    }

    func inspect(_ endpoint: Endpoint) async -> ConnectionEvidence {
        state.withLock { $0.inspected.append(endpoint) }
        return Self.evidence(endpoint, .refused(address: "127.0.0.1:\(endpoint.port)"))
    }

    func prefetchEvidence(every interval: Duration, tell: @Sendable (EvidenceNews) async -> Void) async {
        while !Task.isCancelled {
            let news = state.withLock { state in
                defer { state.evidenceNews = [] }
                return state.evidenceNews
            }
            for one in news { await tell(one) }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    func openDirectory(_ endpoint: Endpoint) async throws(TransportFailure) -> DirectorySession {
        throw .notSent(Self.evidence(endpoint, .refused(address: "127.0.0.1:\(endpoint.port)")))
    }

    static func evidence(_ endpoint: Endpoint, _ obstacle: ConnectionObstacle) -> ConnectionEvidence {
        let decision = PolicyTable.standard(instanceHosts: []).decide(host: endpoint.host, addresses: [], at: Date())
        var evidence = ConnectionEvidence(
            endpoint: endpoint, decision: decision, at: Date(), trustStore: TrustStoreFacts(path: "/none", entries: 0))
        evidence.obstacle = obstacle
        return evidence
    }

    func send(_ request: OutboundRequest, to endpoint: Endpoint) async throws(TransportFailure) -> InboundResponse {
        guard endpoint == Self.endpoint else {
            guard let other = state.withLock({ $0.other }) else {
                throw .notSent(Self.evidence(endpoint, .refused(address: "\(endpoint)")))
            }
            return try other(request, endpoint)
        }
        let authorized = request.headers.contains {
            $0.name == "authorization" && $0.value == "Basic " + Data("user:word".utf8).base64EncodedString()
        }
        let misbehaviour = state.withLock { state -> Misbehaviour? in
            state.requests.append((request.path, request.body, authorized))
            guard let index = state.misbehaviour.firstIndex(where: { request.path.contains($0.path) }) else { return nil }
            return state.misbehaviour.remove(at: index).1
        }
        switch misbehaviour {
        case .status(let status): return InboundResponse(status: status, headers: [], body: Array("no".utf8))
        case .hang:
            try? await Task.sleep(for: request.timeout)
            throw .interrupted("no complete answer in time")
        case .cut: throw .interrupted("cut")
        case .cutAfterWork:
            _ = try? await answer(request, authorized: authorized)
            throw .interrupted("cut")
        case .unreachable: throw .notSent(Self.evidence(endpoint, .refused(address: "192.0.2.1:443")))
        case nil: break
        }
        do { return try await answer(request, authorized: authorized) } catch { throw .interrupted("the fake failed: \(error)") }
    }

    private func answer(_ request: OutboundRequest, authorized: Bool) async throws -> InboundResponse {
        func json(_ value: some Encodable) throws -> InboundResponse {
            InboundResponse(status: 200, headers: [], body: [UInt8](try JSONEncoder().encode(value)))
        }
        func read<Value: Decodable>(_ type: Value.Type) throws -> Value { try JSONDecoder().decode(type, from: Data(request.body)) }
        if request.path.hasPrefix("/InstanceInfo.do") {
            let information = InstanceInformation(
                instanceID: "i1", buildTag: "b1", midVersion: "m1", protocolVersion: state.withLock { $0.protocolVersion })
            return InboundResponse(status: 200, headers: [], body: Array(information.response.serialised().utf8))
        }
        guard authorized else { return InboundResponse(status: 401, headers: [], body: []) }
        if request.path.hasPrefix("/GetMIDInfo.do") {
            let response = SOAPResponse(operation: "execute", rows: [[SOAPField("status", "success")]])
            let date = state.withLock { $0.date.map { [(name: "Date", value: $0)] } ?? [] }
            return InboundResponse(status: 200, headers: date, body: Array(response.serialised().utf8))
        }
        if request.path == AgentMessages.basePath {
            let announcement = try read(AgentMessages.Announcement.self)
            return try json(
                state.withLock { state in
                    state.announced.append(announcement)
                    let registration = announcement.registrationKey == nil ? .notGiven : state.registrationKey
                    if registration == .accepted { state.validation = .yes }
                    return AgentMessages.AnnouncementAnswer(
                        sysID: Self.agent, validation: state.validation, key: state.key, registrationKey: registration, nonce: "n")
                })
        }
        switch request.path.split(separator: "/").last {
        case "claims": return try await claims(try read(AgentMessages.ClaimRequest.self))
        case "results":
            let sent = try read(AgentMessages.ResultsRequest.self).results
            return try json(
                state.withLock { state in
                    state.mostResultsAtOnce = max(state.mostResultsAtOnce, sent.count)
                    return AgentMessages.ResultsAnswer(
                        receipts: sent.map { .init(idempotencyKey: $0.idempotencyKey, outcome: Self.store($0, &state)) })
                })
        case "heartbeat":
            let beat = try read(AgentMessages.Heartbeat.self)
            return try json(
                state.withLock { state in
                    state.heartbeats.append(beat)
                    return AgentMessages.HeartbeatAnswer(validation: state.validation, lost: [])
                })
        case "findings":
            let report = try read(AgentMessages.FindingsReport.self)
            state.withLock { $0.findings = report.findings }
            return InboundResponse(status: 204, headers: [], body: [])
        default: return InboundResponse(status: 404, headers: [], body: [])
        }
    }

    private static func store(_ result: AgentMessages.Result, _ state: inout State) -> AgentMessages.ResultOutcome {
        if let outcome = state.outcome { return outcome }
        if state.results[result.idempotencyKey] != nil { return .duplicate }
        guard let job = result.record.responseTo, let claim = state.claims[job] else { return .unknownJob }
        guard claim.token == result.token else { return .stale }
        state.results[result.idempotencyKey] = result
        return .stored
    }

    private func claims(_ request: AgentMessages.ClaimRequest) async throws -> InboundResponse {
        if request.waitSeconds > 0 { try? await Task.sleep(for: state.withLock { $0.delayOfWaits }) }
        let number = state.withLock { state in
            state.waiting += 1
            return state.waiting
        }
        arrivals.ring()  // a newer request ends the wait of the older one
        let end = ContinuousClock.now + .seconds(request.waitSeconds)
        while true {
            let seen = arrivals.count
            let (claims, isNewest) = state.withLock { state -> ([AgentMessages.Claim], Bool) in
                guard state.validation == .yes else { return ([], false) }
                var room: [Priority: Int] = [.interactive: request.interactive, .expedited: request.expedited, .standard: request.standard]
                var claims: [AgentMessages.Claim] = []
                for job in state.jobs.sorted(by: { $0.priority < $1.priority }) {
                    let earlier = state.claims[job.sysID]
                    guard room[job.priority, default: 0] > 0, earlier?.session != request.session,
                        !state.results.values.contains(where: { $0.record.responseTo == job.sysID })
                    else { continue }
                    room[job.priority, default: 0] -= 1
                    state.claims[job.sysID] = ((earlier?.token ?? 0) + 1, request.session)
                    claims.append(
                        .init(job: job, token: (earlier?.token ?? 0) + 1, earlierClaims: earlier == nil ? 0 : 1, leaseSeconds: 60))
                }
                return (claims, state.waiting == number)
            }
            if !claims.isEmpty || !isNewest || ContinuousClock.now >= end || Task.isCancelled {
                if state.withLock({ $0.validation }) != .yes { return InboundResponse(status: 403, headers: [], body: []) }
                return InboundResponse(
                    status: 200, headers: [], body: [UInt8](try JSONEncoder().encode(AgentMessages.ClaimAnswer(claims: claims))))
            }
            await arrivals.rung(after: seen)
        }
    }
}
