import AgentConfiguration
import AgentProtocol
import FoundationEssentials
import TrustPolicy
import TrustedTransport

/// The agent's calls to its instance. Every one passes the transport's verdict first.
struct InstanceClient: Sendable {
    let transport: any InstanceTransport
    let address: InstanceAddress
    let login: InstanceLogin
    var clock = InstanceClock()

    func announce(_ announcement: AgentMessages.Announcement) async throws(InstanceFailure) -> AgentMessages.AnnouncementAnswer {
        try await post(AgentMessages.basePath, announcement, repeatable: true)
    }

    /// Held back by the instance for `waitSeconds`; never repeated by itself, as it takes jobs.
    func claim(_ request: AgentMessages.ClaimRequest, as agent: SysID) async throws(InstanceFailure) -> AgentMessages.ClaimAnswer {
        let timeout = Duration.seconds(request.waitSeconds + 10)
        return try await post("\(AgentMessages.basePath)/\(agent)/claims", request, timeout: timeout)
    }

    /// `results`: the elements of the JSON array, as the spool has them on disk. Repeatable: the keys are known on the other side.
    func deliver(results: [UInt8], as agent: SysID) async throws(InstanceFailure) -> AgentMessages.ResultsAnswer {
        let path = "\(AgentMessages.basePath)/\(agent)/results"
        let body = Array(#"{"results":["#.utf8) + results + Array("]}".utf8)
        return try decode(try await send("POST", path, json: body, timeout: .seconds(60), repeatable: true), path)
    }

    func certify(request: [UInt8], as agent: SysID) async throws(InstanceFailure) -> [[UInt8]] {
        let answer: AgentMessages.ClientCertificateAnswer = try await post(
            "\(AgentMessages.basePath)/\(agent)/client-certificate",
            AgentMessages.ClientCertificateRequest(request: Data(request).base64EncodedString()))
        return answer.chain.compactMap { Data(base64Encoded: $0).map { [UInt8]($0) } }
    }

    /// The instance's table of policies; nil when it has none.
    func policies() async throws(InstanceFailure) -> [UInt8]? {
        let body = try await send(
            "GET", AgentMessages.policiesPath, headers: [("accept", "application/json")] + login.header, body: [], repeatable: true)
        return body.isEmpty ? nil : body
    }

    func heartbeat(_ beat: AgentMessages.Heartbeat, as agent: SysID) async throws(InstanceFailure) -> AgentMessages.HeartbeatAnswer {
        try await post("\(AgentMessages.basePath)/\(agent)/heartbeat", beat, timeout: .seconds(8), repeatable: true)
    }

    func report(_ findings: AgentMessages.FindingsReport, as agent: SysID) async throws(InstanceFailure) {
        let path = "\(AgentMessages.basePath)/\(agent)/findings"
        guard let body = try? JSONEncoder().encode(findings) else { return }
        _ = try await send("POST", path, json: [UInt8](body), timeout: .seconds(30), repeatable: true)
    }

    private func post<Answer: Decodable>(
        _ path: String, _ message: some Encodable, timeout: Duration = .seconds(30), repeatable: Bool = false
    ) async throws(InstanceFailure) -> Answer {
        guard let body = try? JSONEncoder().encode(message) else {
            throw .notUnderstood(path: path, "the request cannot be written as JSON")
        }
        return try decode(try await send("POST", path, json: [UInt8](body), timeout: timeout, repeatable: repeatable), path)
    }

    private func decode<Answer: Decodable>(_ body: [UInt8], _ path: String) throws(InstanceFailure) -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(body))
        } catch {
            throw .notUnderstood(path: path, "the answer is not what this protocol version says")
        }
    }

    private func send(_ method: String, _ path: String, json: [UInt8], timeout: Duration, repeatable: Bool) async throws(InstanceFailure)
        -> [UInt8]
    {
        try await send(
            method, path, headers: [("content-type", "application/json"), ("accept", "application/json")] + login.header, body: json,
            timeout: timeout, repeatable: repeatable)
    }

    /// The body of a successful answer.
    func send(
        _ method: String, _ path: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration = .seconds(30),
        repeatable: Bool
    ) async throws(InstanceFailure) -> [UInt8] {
        let request = OutboundRequest(
            method: method, path: path, headers: headers, body: body, timeout: timeout, mayRepeat: repeatable)
        let response: InboundResponse
        do throws(TransportFailure) {
            response = try await transport.send(request, to: address.endpoint)
        } catch {
            switch error {
            case .notSent(let evidence): throw .notSent(evidence)
            case .interrupted(let what): throw .interrupted(path: path, what)
            case .responseOverLimit(let bytes): throw .notUnderstood(path: path, "the answer is longer than \(bytes) bytes")
            }
        }
        clock.note(response.header("date"))
        if response.status == 401, let finding = response.header("midguard-finding") {
            throw .loginRefused(finding: String(finding.prefix(64)), words: Self.detail(response.body))
        }
        guard (200..<300).contains(response.status) else {
            throw .status(response.status, path: path, beginning: Self.printable(response.body))
        }
        return response.body
    }

    /// What the documented shape of a failure says, JSON or SOAP.
    private static func detail(_ body: [UInt8]) -> String {
        struct Failure: Decodable {
            struct Facts: Decodable { var detail: String? }
            var error: Facts
        }
        if let failure = try? JSONDecoder().decode(Failure.self, from: Data(body)) {
            return String((failure.error.detail ?? "").prefix(400))
        }
        do { _ = try SOAPResponse(parsing: body) } catch let fault as SOAPFault { return String(fault.detail.prefix(400)) } catch {}
        return printable(body)
    }

    private static func printable(_ body: [UInt8]) -> String {
        String(decoding: body.prefix(200).map { (32..<127).contains($0) ? $0 : UInt8(ascii: " ") }, as: UTF8.self)
    }
}

/// Where the instance is.
struct InstanceAddress: Hashable, Sendable {
    var endpoint: Endpoint

    init(_ url: AgentSettings.InstanceURL) { endpoint = Endpoint(scheme: .https, host: url.host, port: url.port) }
}

/// RFC 7617.
struct BasicCredentials: Sendable {
    var user: String
    var password: Secret

    var header: (name: String, value: String) {
        ("authorization", "Basic " + Data("\(user):\(password.reveal())".utf8).base64EncodedString())
    }
}
