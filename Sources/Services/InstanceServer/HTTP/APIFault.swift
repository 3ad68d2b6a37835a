import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// An answer other than success, in the documented shape `{"error":{"message","detail"},"status":"failure"}`.
struct APIFault: Error, Hashable, Sendable, HTTPResponseError {
    var status: HTTPResponse.Status
    var message: String
    var detail: String?
    /// Of the catalogue, in the header `midguard-finding`, where there is one for it.
    var finding: String?

    static let notAuthenticated = APIFault(
        status: .unauthorized, message: "User Not Authenticated", detail: "Required to provide Auth information")
    static let notAuthorized = APIFault(
        status: .forbidden, message: "User Not Authorized", detail: "Failed API level ACL Validation")
    static let noRecord = APIFault(
        status: .notFound, message: "No Record found", detail: "Record doesn't exist or ACL restricts the record retrieval")
    static let noResource = APIFault(status: .badRequest, message: "Requested URI does not represent any resource")

    static func forbidden(_ message: String, detail: String) -> APIFault { APIFault(status: .forbidden, message: message, detail: detail) }
    static func conflict(_ message: String, detail: String) -> APIFault { APIFault(status: .conflict, message: message, detail: detail) }

    static func malformed(_ detail: String) -> APIFault {
        APIFault(status: .badRequest, message: "Exception while reading request", detail: detail)
    }

    static func tooLarge(limit: Int) -> APIFault {
        malformed("Rejected large REST payload. Max allowed: \(limit) bytes.")
    }

    var headers: HTTPFields {
        var headers: HTTPFields = [.contentType: "application/json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "BASIC realm=\"Midguard\"" }
        if let finding, let name = HTTPField.Name("midguard-finding") { headers[name] = finding }
        return headers
    }

    private struct Body: Encodable {
        struct Facts: Encodable {
            var message: String
            var detail: String?

            enum CodingKeys: CodingKey { case message, detail }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(message, forKey: .message)
                try container.encode(detail, forKey: .detail)
            }
        }
        var error: Facts
        var status = "failure"
    }

    var response: Response {
        let body = (try? JSONAnswer.encode(Body(error: .init(message: message, detail: detail)))) ?? ByteBuffer()
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    func response(from request: Request, context: some RequestContext) throws -> Response { response }
}
