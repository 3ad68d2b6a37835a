import HTTPTypes
import Hummingbird
import InstanceStore
import Logging

struct InstanceRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Identity of the connection that the request came over.
    var connection: ObjectIdentifier

    init(source: Source) {
        coreContext = .init(source: source)
        connection = ObjectIdentifier(source.channel)
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
