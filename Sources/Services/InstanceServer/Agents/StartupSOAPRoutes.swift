import AgentProtocol
import Foundation
import Hummingbird
import InstanceStore

/// What an agent asks first: which instance this is (anyone may), and whether its user has what it needs.
struct StartupSOAPRoutes: Sendable {
    static let version = "midguard-1"

    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        router.post("/InstanceInfo.do") { request, _ in
            await SOAPExchange.answer(request, namespace: SOAP.namespace + "/InstanceInfo") { asked in
                try Self.mustBeExecute(asked)
                return InstanceInformation(
                    instanceID: context.instanceID, buildTag: Self.version, midVersion: Self.version
                ).response
            }
        }
        router.post("/GetMIDInfo.do") { request, _ in
            await SOAPExchange.answer(request, namespace: SOAP.namespace + "/GetMIDInfo") { asked in
                let user = try await context.authenticator.user(of: request, role: .midServer)
                try Self.mustBeExecute(asked)
                return Self.roleCheck(user)
            }
        }
    }

    /// Being `mid_server` brings the SOAP roles with it, as on the instances that agents know.
    static func roleCheck(_ user: UserRecord) -> SOAPResponse {
        SOAPResponse(
            operation: "execute",
            rows: [
                [
                    SOAPField("user_name", user.name), SOAPField("roles", user.roles.map(\.rawValue).sorted().joined(separator: ",")),
                    SOAPField("missing_roles", ""),
                ]
            ])
    }

    private static func mustBeExecute(_ asked: SOAPRequest) throws(SOAPFault) {
        guard asked.operation == "execute" else { throw SOAPFault(string: "There is no function \(asked.operation.prefix(60))") }
    }
}
