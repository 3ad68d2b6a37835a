import AgentProtocol

/// No bytes make the readers of payloads, SOAP and queries trap, and what they accept is the same after being written and read back.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let text = String(decoding: bytes, as: UTF8.self)
    if let job = try? JobPayload(parsing: text) {
        precondition((try? JobPayload(parsing: job.serialised())) == job, "a job changed by being written")
    }
    if let result = try? ResultPayload(parsing: text) {
        precondition((try? ResultPayload(parsing: result.serialised())) == result, "a result changed by being written")
    }
    if let request = try? SOAPRequest(parsing: bytes) {
        let again = try? SOAPRequest(parsing: Array(request.serialised().utf8))
        precondition(again?.fields == request.fields && again?.operation == request.operation, "a request changed by being written")
    }
    _ = try? SOAPResponse(parsing: bytes)
    if let query = try? EncodedQuery(text) { _ = query.matches(["state": "ready", "agent": text]) }
    return 0
}
