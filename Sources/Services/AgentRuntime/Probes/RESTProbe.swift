import Diagnosis
import FoundationEssentials
import TrustPolicy
import TrustedTransport

/// One HTTP request to a `https` URL. Parameters: `method` (GET), `body`, `header.NAME`, `credential` (alias of a sealed secret, used as
/// basic authentication), `redirects` (how many are followed, 5). Nothing is sent before the endpoint's policy said yes.
struct RESTProbe: Probe {
    let topic = "RESTProbe"
    /// What of a response goes into the queue.
    static let bodyLimit = 1 << 20
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    /// Response headers that are worth a place in the queue, and carry no secret.
    static let shownHeaders = [
        "content-type", "content-length", "location", "server", "date", "etag", "last-modified", "retry-after", "via",
    ]

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        var (endpoint, request, redirects): (Endpoint, OutboundRequest, Int)
        do throws(ProbeRefusal) { (endpoint, request, redirects) = try Self.request(job, in: surroundings) } catch { return error.report }
        var visited = [job.source]
        while true {
            do throws(TransportFailure) {
                let response = try await surroundings.transport.send(request, to: endpoint)
                guard visited.count <= redirects, let next = Redirection(of: request, to: endpoint, answer: response) else {
                    return Self.report(response, visited: visited)
                }
                // Every place is judged by its own policy, and none is asked over plain HTTP.
                (endpoint, request) = (next.endpoint, next.request)
                visited.append(next.url)
            } catch {
                return Self.report(error, source: Redaction.source(visited[visited.count - 1]), surroundings: surroundings)
            }
        }
    }

    private static func request(
        _ job: ProbeJob, in surroundings: ProbeSurroundings
    ) throws(ProbeRefusal) -> (Endpoint, OutboundRequest, redirects: Int) {
        func refusal(_ cause: String) -> ProbeRefusal { ProbeRefusal(source: job.source, because: cause) }
        guard let endpoint = Endpoint(job.source), endpoint.scheme == .https || endpoint.scheme == .http else {
            throw refusal("The source of a REST probe is a https URL.")
        }
        let method = (job.parameters["method"] ?? "GET").uppercased()
        guard methods.contains(method) else { throw refusal("The method \(method.prefix(20)) is not one of \(methods).") }
        var headers: [(name: String, value: String)] = []
        for (name, value) in job.parameters.sorted(by: { $0.key < $1.key }) where name.hasPrefix("header.") {
            let header = String(name.dropFirst("header.".count))
            guard isHeader(header, value) else { throw refusal("The header \(header.prefix(40)) is not one that can be sent.") }
            headers.append((header, value))
        }
        if let secret = try job.credentials(in: surroundings) {
            headers.removeAll { $0.name.lowercased() == "authorization" }
            headers.append(secret.header)
        }
        let request = OutboundRequest(
            method: method, path: OutboundRequest.target(of: job.source), headers: headers,
            body: Array((job.parameters["body"] ?? "").utf8),
            timeout: .seconds(45))
        guard let redirects = Int(job.parameters["redirects"] ?? "5"), (0...10).contains(redirects) else {
            throw refusal("redirects is a number from 0 to 10.")
        }
        return (endpoint, request, redirects)
    }

    private static func report(_ response: InboundResponse, visited: [String]) -> ProbeReport {
        var report = ProbeReport(fields: [("status", String(response.status))])
        if visited.count > 1 { report.fields.append(("redirected_to", Redaction.source(visited[visited.count - 1]))) }
        for name in shownHeaders {
            if let value = response.header(name) { report.fields.append(("header." + name, value)) }
        }
        report.fields.append(("body", String(decoding: response.body.prefix(bodyLimit), as: UTF8.self)))
        if response.body.count > bodyLimit { report.fields.append(("body.cut_at", String(bodyLimit))) }
        return report
    }

    private static func report(_ failure: TransportFailure, source: String, surroundings: ProbeSurroundings) -> ProbeReport {
        switch failure {
        case .notSent(let evidence):
            let findings = ConnectionFindings.explaining(evidence, context: surroundings.context)
            // The line that people know from Java-based agents, then what it means here and what mends it.
            let message = "Request not sent to uri= \(source) : \(findings.vendorWords)\(findings.way)"
            return .failure(message, findings: findings).withFindings()
        case .interrupted(let what):
            return .failure("No answer from \(source): \(what)").withFindings()
        case .responseOverLimit(let bytes):
            return .failure("The response of \(source) is longer than \(bytes) bytes").withFindings()
        }
    }

    /// RFC 9110 §5.1 and §5.5: a token, and no line end in the value. Framing is the transport's.
    static func isHeader(_ name: String, _ value: String) -> Bool {
        let token = !name.isEmpty && name.utf8.allSatisfy { (33..<127).contains($0) && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
        let framing = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"].contains(
            name.lowercased())
        return token && !framing && value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
    }
}
