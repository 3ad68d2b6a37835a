import HTTPTypes
import Hummingbird
import InstanceStore
import Logging
import NIOCore
import NIOSSL

struct InstanceRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that the request came over.
    let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Has the client's certificate at hand for requests that bring no other proof of who they come from.
struct ClientCertificateReading: RouterMiddleware {
    typealias Context = InstanceRequestContext

    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.authorization] == nil, let certificate = try? await context.channel.nioSSL_peerCertificate().get(),
            let der = try? certificate.toDERBytes()
        else { return try await next(request, context) }
        return try await PresentedCertificate.$current.withValue(der) { try await next(request, context) }
    }
}

/// Turns whatever a route throws into the documented answer. What was not foreseen is logged and says nothing to the outside.
struct FaultAnswers: RouterMiddleware {
    typealias Context = InstanceRequestContext

    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let fault as APIFault {
            return fault.response
        } catch let error as HTTPError {
            if error.status == .notFound { return APIFault.noResource.response }
            return APIFault(status: error.status, message: error.status.reasonPhrase).response
        } catch let error as InstanceStoreError {
            context.logger.error("The store refused", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return APIFault(status: .internalServerError, message: "The instance's store does not work", detail: nil).response
        }
    }
}
