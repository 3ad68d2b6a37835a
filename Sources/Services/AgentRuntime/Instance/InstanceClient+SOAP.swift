import AgentProtocol

/// The conversation before Midguard's own protocol: the vendor's scripted services.
extension InstanceClient {
    /// `InstanceInfo` is a public page: the password is not sent before it is clear who answers.
    ///
    /// Returns what it told, for people. Throws `.notUnderstood` for an instance that does not speak our protocol.
    func instanceInfo() async throws(InstanceFailure) -> [String] {
        let path = "/InstanceInfo.do?SOAP"
        let information = InstanceInformation(try await call(path, SOAPRequest(operation: "execute"), authenticated: false))
        guard information.protocolVersion >= AgentMessages.version else {
            throw .notUnderstood(path: path, "the instance does not offer midguard_protocol \(AgentMessages.version)")
        }
        return ["instance \(information.instanceID), build \(information.buildTag), protocol \(information.protocolVersion)"]
    }

    /// `GetMIDInfo`: user, password and roles are checked.
    func midInfo() async throws(InstanceFailure) -> [String] {
        // Which of them the user must have is for the instance to say; these are the ones that the vendor's agent names.
        let roles = "mid_server,soap,soap_script,soap_query,soap_create,soap_delete,soap_ecc,soap_script,soap_update"
        let request = SOAPRequest(operation: "execute", fields: [.init("roles", roles)])
        _ = try await call("/GetMIDInfo.do?SOAP", request, authenticated: true)
        return ["\(login.words) accepted"]
    }

    private func call(_ path: String, _ request: SOAPRequest, authenticated: Bool) async throws(InstanceFailure) -> SOAPResponse {
        let headers = [("content-type", "text/xml; charset=utf-8"), ("soapaction", SOAP.namespace + "/" + request.operation)]
        let body = try await send(
            "POST", path, headers: authenticated ? headers + login.header : headers, body: Array(request.serialised().utf8),
            repeatable: true)
        do {
            return try SOAPResponse(parsing: body)
        } catch let fault as SOAPFault {
            throw .notUnderstood(path: path, "SOAP fault: \(fault.string.prefix(200))")
        } catch {
            throw .notUnderstood(path: path, "the answer is no SOAP message: is this the instance?")
        }
    }
}
