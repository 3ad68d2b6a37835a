import AgentProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import StrictXML

/// One SOAP service: reads the operation, answers in SOAP, refuses in SOAP.
enum SOAPExchange {
    static let type = "text/xml; charset=utf-8"

    /// `namespace` is the one of the answer, by service: `http://www.service-now.com/<service>`.
    static func answer(
        _ request: Request, namespace: String, limit: Int = BodyLimit.other, _ serve: (SOAPRequest) async throws -> SOAPResponse
    ) async -> Response {
        do {
            let bytes = try await request.bytes(upTo: limit)
            let asked: SOAPRequest
            do { asked = try SOAPRequest(parsing: Array(bytes.readableBytesView)) } catch {
                throw SOAPFault(string: "Not a SOAP request: \(error)")
            }
            return response(.ok, try await serve(asked).serialised(namespace: namespace))
        } catch let fault as APIFault {
            let code = fault.status.code >= 500 ? "SOAP-ENV:Server" : "SOAP-ENV:Client"
            let body = SOAPFault(code: code, string: fault.message, detail: fault.detail ?? "").serialised()
            return response(fault.status, body, more: fault.headers)
        } catch let fault as SOAPFault {
            // SOAP 1.1 §6.2: a fault goes with 500.
            return response(.internalServerError, fault.serialised())
        } catch let refusal as QueueRules.Refusal {
            return response(.internalServerError, refusal.soapFault.serialised())
        } catch {
            return response(
                .internalServerError, SOAPFault(code: "SOAP-ENV:Server", string: "The instance's store does not work").serialised())
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ body: String, more: HTTPFields = [:]) -> Response {
        var headers = more
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
