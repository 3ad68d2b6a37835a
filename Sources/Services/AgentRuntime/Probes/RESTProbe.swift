import Diagnosis
import FoundationEssentials
import TrustPolicy
import TrustedTransport

/// One HTTP request to a `https` URL. Parameters: `method` (GET), `body`, `header.NAME`, `credential` (alias of a sealed secret, used as
/// basic authentication). Nothing is sent before the endpoint's policy said yes.
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
        let shown = Redaction.source(job.source)
        guard let endpoint = Endpoint(job.source), endpoint.scheme == .https || endpoint.scheme == .http else {
            return refused(shown, because: "The source of a REST probe is a https URL.")
        }
        let method = (job.parameters["method"] ?? "GET").uppercased()
        guard Self.methods.contains(method) else {
            return refused(shown, because: "The method \(method.prefix(20)) is not one of \(Self.methods).")
        }
        var headers: [(name: String, value: String)] = []
        for (name, value) in job.parameters.sorted(by: { $0.key < $1.key }) where name.hasPrefix("header.") {
            let header = String(name.dropFirst("header.".count))
            guard Self.isHeader(header, value) else {
                return refused(shown, because: "The header \(header.prefix(40)) is not one that can be sent.")
            }
            headers.append((header, value))
        }
        if let alias = job.parameters["credential"] {
            do throws(SecretFailure) {
                guard let sealed = job.sealedSecrets[alias] else {
                    return refused(shown, because: "The instance sent no credential named \(alias).")
                }
                let secret = try surroundings.open(sealed, job.id)
                headers.removeAll { $0.name.lowercased() == "authorization" }
                headers.append(secret.header)
            } catch {
                let finding = AgentFindings.secretNotOpened(alias: alias, failure: error)
                return .failure("An error occurred while decrypting credentials from instance: \(alias)", findings: [finding])
                    .withFindings()
            }
        }
        let request = OutboundRequest(
            method: method, path: Self.target(of: job.source), headers: headers, body: Array((job.parameters["body"] ?? "").utf8),
            timeout: .seconds(45))
        do throws(TransportFailure) {
            return Self.report(try await surroundings.transport.send(request, to: endpoint))
        } catch {
            return Self.report(error, source: shown, surroundings: surroundings)
        }
    }

    private func refused(_ source: String, because cause: String) -> ProbeReport {
        .failure(cause, findings: [AgentFindings.jobRefused(subject: source, cause: cause)]).withFindings()
    }

    private static func report(_ response: InboundResponse) -> ProbeReport {
        var report = ProbeReport(fields: [("status", String(response.status))])
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
            var message =
                "Request not sent to uri= \(source) : \(findings.first?.vendorMessages.first ?? findings.first?.summary ?? "no session")"
            if let first = findings.first {
                message += " [\(first.id)]"
                if let fix = first.fixes.first { message += " \(fix.effect)" + (fix.command.map { ": " + $0 } ?? "") }
            }
            return .failure(message, findings: findings).withFindings()
        case .interrupted(let what):
            return .failure("No answer from \(source): \(what)").withFindings()
        case .responseOverLimit(let bytes):
            return .failure("The response of \(source) is longer than \(bytes) bytes").withFindings()
        }
    }

    /// Path and query of a URL; the fragment stays here. Bytes that may not stand in a request line are percent-encoded.
    static func target(of url: String) -> String {
        let afterScheme = url.drop { $0 != ":" }.dropFirst(3)
        let rest = afterScheme.drop { $0 != "/" && $0 != "?" && $0 != "#" }.prefix { $0 != "#" }
        let target = rest.first == "/" ? String(rest) : "/" + rest
        return String(
            decoding: target.utf8.flatMap { byte -> [UInt8] in
                if (33..<127).contains(byte) { return [byte] }
                let digits = Array("0123456789ABCDEF".utf8)
                return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }, as: UTF8.self)
    }

    /// RFC 9110 §5.1 and §5.5: a token, and no line end in the value. Framing is the transport's.
    static func isHeader(_ name: String, _ value: String) -> Bool {
        let token = !name.isEmpty && name.utf8.allSatisfy { (33..<127).contains($0) && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
        let framing = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"].contains(
            name.lowercased())
        return token && !framing && value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
    }
}
