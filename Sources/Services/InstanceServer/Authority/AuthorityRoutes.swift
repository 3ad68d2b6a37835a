import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the authority publishes over plain HTTP: its answers are signed, and whoever checks a certificate cannot use TLS for it.
struct AuthorityRoutes: Sendable {
    /// The port must be known before the authority can put it into certificates; requests wait for that moment.
    var authority: Pledge<InstanceAuthority, InstanceStartError>
    var now: @Sendable () -> Date

    func router() -> Router<InstanceRequestContext> {
        let router = Router(context: InstanceRequestContext.self)
        router.add(middleware: FaultAnswers())
        for issuer in AuthorityIssuer.allCases {
            router.get(RouterPath(AuthorityPlaces.certificatePath(issuer))) { _, _ in
                let authority = try await authority.value()
                let der = issuer == .root ? authority.root.der : authority.issuing.der
                return Self.response(der, type: "application/pkix-cert")
            }
            router.get(RouterPath(AuthorityPlaces.listPath(issuer))) { _, _ in
                Self.response(try await authority.value().revocationList(issuer, now: now()), type: "application/pkix-crl")
            }
        }
        router.post(RouterPath(AuthorityPlaces.ocspPath)) { request, _ in
            let body = try await request.body.collect(upTo: Self.requestLimit)
            return try await answer(Array(body.readableBytesView))
        }
        // RFC 6960 §A.1: the request in base64 at the end of the path.
        router.get(RouterPath(AuthorityPlaces.ocspPath + "/**")) { request, _ in
            let path = request.uri.path.dropFirst(AuthorityPlaces.ocspPath.count + 1)
            return try await answer(Data(base64Encoded: path.removingPercentEncoding ?? "").map(Array.init) ?? [])
        }
        return router
    }

    /// Requests about one certificate have around 100 bytes.
    private static let requestLimit = 65_536

    private func answer(_ request: [UInt8]) async throws -> Response {
        Self.response(try await authority.value().answer(request, now: now()), type: "application/ocsp-response")
    }

    static func response(_ bytes: [UInt8], type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
