import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore
import NIOCore

/// The console at `/`, for administrators.
struct ConsoleRoutes: Sendable {
    var context: InstanceContext
    private let formKey = SymmetricKey(size: .bits256)

    init(context: InstanceContext) { self.context = context }

    func add(to router: Router<InstanceRequestContext>) {
        router.get("/") { request, _ in
            try await page(for: context.authenticator.user(of: request, role: .admin))
        }
        router.post("/") { request, _ in try await act(request) }
    }

    /// A browser sends the password along with any page's forms, so ours carry a proof that this page made them, for this person.
    private func proof(for user: UserRecord) -> String {
        HMAC<SHA256>.authenticationCode(for: Data(user.name.utf8), using: formKey).map { String(format: "%02x", $0) }.joined()
    }

    /// A form of the page: `proof`, `agent` and `action`. Back to the page, or the page with what stands against it.
    private func act(_ request: Request) async throws -> Response {
        let user = try await context.authenticator.user(of: request, role: .admin)
        let form = try await request.form()
        guard form["proof"] == proof(for: user) else {
            throw APIFault.forbidden(
                "Form not accepted", detail: "It is not from this console, or from before its last start: load the page again.")
        }
        guard let action = form["action"].flatMap(AgentAction.init(rawValue:)), let name = form["agent"] else {
            throw APIFault.malformed("Bad value: action")
        }
        switch try await context.store.perform(action, onAgentNamed: name, by: user.name, now: context.now()) {
        case .success: return Response(status: .seeOther, headers: [.location: "/"])
        case .failure(let refusal): return try await page(for: user, notice: "\(name): \(refusal.words)")
        }
    }

    private func page(for user: UserRecord, notice: String? = nil) async throws -> Response {
        let jobs = try await context.store.latestEntries(limit: ConsolePage.shownJobs)
        var agents: [(AgentRecord, [ReportedFinding])] = []
        for agent in try await context.store.agents() {
            let standing = try await context.store.findings(of: agent.sysID).compactMap(ReportedFindings.parse)
            agents.append((agent, standing + ReportedFindings.inResults(jobs, of: agent.name)))
        }
        let page = ConsolePage(
            agents: agents, jobs: jobs,
            counts: try await context.store.jobCounts(), audit: try await context.store.audit(limit: ConsolePage.shownActions),
            proof: proof(for: user), notice: notice, now: context.now())
        return Response(
            status: notice == nil ? .ok : .conflict, headers: Self.headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: try page.html())))
    }

    /// Nothing may be loaded, framed or run; the page has one style sheet of its own.
    static var headers: HTTPFields {
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
            .xContentTypeOptions: "nosniff",
        ]
        if let referrer = HTTPField.Name("Referrer-Policy") { headers[referrer] = "no-referrer" }
        if let frame = HTTPField.Name("X-Frame-Options") { headers[frame] = "DENY" }
        return headers
    }
}
