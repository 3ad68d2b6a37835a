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
        }
        return router
    }

    static func response(_ bytes: [UInt8], type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
