import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore
import NIOCore

/// The console at `/`, for administrators.
struct ConsoleRoutes: Sendable {
    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        router.get("/") { request, _ in try await page(request) }
    }

    private func page(_ request: Request) async throws -> Response {
        _ = try await context.authenticator.user(of: request, role: .admin)
        let jobs = try await context.store.latestEntries(limit: ConsolePage.shownJobs)
        var agents: [(AgentRecord, [ReportedFinding])] = []
        for agent in try await context.store.agents() {
            let standing = try await context.store.findings(of: agent.sysID).compactMap(ReportedFindings.parse)
            agents.append((agent, standing + ReportedFindings.inResults(jobs, of: agent.name)))
        }
        let page = ConsolePage(
            agents: agents, jobs: jobs,
            counts: try await context.store.jobCounts(), now: context.now())
        return Response(
            status: .ok, headers: Self.headers, body: ResponseBody(byteBuffer: ByteBuffer(string: try page.html())))
    }

    /// Nothing may be loaded, framed or run; the page has one style sheet of its own.
    static var headers: HTTPFields {
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
            .xContentTypeOptions: "nosniff",
        ]
        if let referrer = HTTPField.Name("Referrer-Policy") { headers[referrer] = "no-referrer" }
        if let frame = HTTPField.Name("X-Frame-Options") { headers[frame] = "DENY" }
        return headers
    }
}
