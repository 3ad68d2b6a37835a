import AgentConfiguration
import Diagnosis
import LDAP
import TrustPolicy
import TrustedTransport

/// One search in an LDAP directory: `ldaps://HOST[:PORT]`, or `ldap://HOST[:PORT]` with StartTLS. Nothing, the password least of all, is sent
/// before the endpoint's policy said yes.
///
/// Parameters: `credential` (alias of a sealed secret: bind name and password; without it anonymous), `base_dn`, `scope` (`base`, `one` or
/// `sub`, the default), `filter` (RFC 4515, `(objectClass=*)`), `attributes` (with commas; all), `limit` (entries, 1,000), `page_size` (500).
/// The result has `count`, `cut` when there are more, `references`, and the entries as LDIF. The connection tester only binds.
struct LDAPProbe: Probe {
    var topic = "LDAPProbe"
    static let mostEntries = 10_000
    /// Octets of LDIF that go into the queue.
    static let textLimit = 4 << 20

    private var onlyBinds: Bool { topic != "LDAPProbe" }

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        let request: Request
        do throws(ProbeRefusal) { request = try Request(job, in: surroundings) } catch { return error.report }
        let session: DirectorySession
        do throws(TransportFailure) {
            session = try await surroundings.transport.openDirectory(request.endpoint)
        } catch {
            return Self.report(error, request.endpoint, surroundings)
        }
        let report = await self.report(request, session)
        await session.close()
        return report
    }

    private func report(_ request: Request, _ session: DirectorySession) async -> ProbeReport {
        do throws(DirectoryFailure) {
            try await session.bind(request.credentials)
        } catch {
            return Self.report(error, request, DirectoryFindings.binding)
        }
        var report = ProbeReport(fields: [("bound_as", request.credentials.name)])
        if onlyBinds { return report }
        do throws(DirectoryFailure) {
            let found = try await session.search(request.search, entryLimit: request.limit, pageSize: request.pageSize)
            report.fields.append(("count", String(found.entries.count)))
            if found.isCut { report.fields.append(("cut", "true")) }
            if !found.references.isEmpty { report.fields.append(("references", found.references.joined(separator: "\n"))) }
            let text = LDIF.text(found.entries)
            report.fields.append(("entries", String(decoding: text.utf8.prefix(Self.textLimit), as: UTF8.self)))
            if text.utf8.count > Self.textLimit { report.fields.append(("entries.cut_at", String(Self.textLimit))) }
            return report
        } catch {
            return Self.report(error, request, DirectoryFindings.searching)
        }
    }

    /// The line that people know from Java-based agents, then what it means here and what mends it.
    private static func report(_ failure: TransportFailure, _ endpoint: Endpoint, _ surroundings: ProbeSurroundings) -> ProbeReport {
        switch failure {
        case .notSent(let evidence):
            let findings = ConnectionFindings.explaining(evidence, context: surroundings.context)
            let message =
                "javax.naming.CommunicationException: \(endpoint.hostAndPort) [Root exception is \(findings.exception)]\(findings.way)"
            return .failure(message, findings: findings).withFindings()
        case .interrupted(let what): return .failure("No session with \(endpoint): \(what)").withFindings()
        case .responseOverLimit(let bytes): return .failure("\(endpoint) sent more than \(bytes) bytes").withFindings()
        }
    }

    private static func report(
        _ failure: DirectoryFailure, _ request: Request, _ explain: (LDAPResult, Endpoint, String) -> Finding
    ) -> ProbeReport {
        let place = request.endpoint.hostAndPort
        switch failure {
        case .result(let result):
            let finding = explain(result, request.endpoint, request.credentials.name)
            return .failure("[LDAP: error code \(result.code) - \(result.message.prefix(400))] [\(finding.id)]", findings: [finding])
                .withFindings()
        case .silent: return .failure("\(place) did not answer in time.").withFindings()
        case .closed: return .failure("\(place) closed the connection before its answer was complete.").withFindings()
        case .unexpected: return .failure("\(place) sent something that is no answer of an LDAP server.").withFindings()
        case .overLimit(let bytes):
            return .failure("The answer of \(place) is longer than \(bytes) bytes: ask for fewer attributes or entries.").withFindings()
        }
    }
}

extension LDAPProbe {
    /// What a job asks for, checked before anything is connected to.
    private struct Request {
        var endpoint: Endpoint
        var credentials: LDAPCredentials
        var search: LDAPSearch
        var limit: Int
        var pageSize: Int

        init(_ job: ProbeJob, in surroundings: ProbeSurroundings) throws(ProbeRefusal) {
            func refusal(_ cause: String) -> ProbeRefusal { ProbeRefusal(source: job.source, because: cause) }
            guard let endpoint = Endpoint(job.source), endpoint.scheme == .ldaps || endpoint.scheme == .ldap else {
                throw refusal("The source of an LDAP probe is ldaps://HOST[:PORT], or ldap://HOST[:PORT] for StartTLS.")
            }
            self.endpoint = endpoint
            func number(_ name: String, _ standard: Int, _ most: Int) throws(ProbeRefusal) -> Int {
                guard let text = job.parameters[name] else { return standard }
                guard let number = Int(text), (1...most).contains(number) else { throw refusal("\(name) is a number from 1 to \(most).") }
                return number
            }
            limit = try number("limit", 1_000, LDAPProbe.mostEntries)
            pageSize = try number("page_size", 500, 1_000)
            let scopes: [String: LDAPSearch.Scope] = ["base": .base, "one": .oneLevel, "sub": .subtree]
            guard let scope = scopes[job.parameters["scope"] ?? "sub"] else { throw refusal("scope is base, one or sub.") }
            let filter: LDAPFilter
            do throws(LDAPError) { filter = try job.parameters["filter"].map(LDAPFilter.init) ?? .anything } catch {
                guard case .filter(let position) = error else { throw refusal("The filter is too long, or nested too deeply.") }
                throw refusal("The filter goes wrong at character \(position + 1) (RFC 4515).")
            }
            let attributes = (job.parameters["attributes"] ?? "").split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
            search = LDAPSearch(base: job.parameters["base_dn"] ?? "", scope: scope, filter: filter, attributes: attributes)
            guard let secret = try job.credentials(in: surroundings) else {
                credentials = .anonymous
                return
            }
            guard let named = LDAPCredentials(name: secret.user, password: secret.password.reveal()) else {
                throw refusal("The credential has no name or no password: servers would take the session for anonymous (RFC 4513 §5.1.2).")
            }
            credentials = named
        }
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
