import LDAP

/// No bytes make the readers of LDAP messages and filters trap, and what was read can be written.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let length = try? LDAPResponse.length(beginning: bytes), length <= bytes.count, let response = try? LDAPResponse(bytes[..<length]) {
        if case .entry(let entry) = response.operation { _ = LDIF.text([entry]) }
    }
    if let filter = try? LDAPFilter(String(decoding: bytes, as: UTF8.self)) {
        _ = LDAPRequest.search(LDAPSearch(base: "", filter: filter)).encoded(messageID: 1)
    }
    return 0
}
