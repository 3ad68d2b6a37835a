import Fixtures
import PathValidation

/// No bytes make the readers of OCSP answers and questions trap, nor what is made of an answer that the issuer signed.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = Fixtures.input(UnsafeBufferPointer(start: start, count: count)) else { return 0 }
    var bytes: [UInt8] = []
    switch input {
    case .message(let message):
        bytes = message
        _ = try? OCSPRequest(bytes)
    case .signed(let content, let signature):
        let basic: [UInt8] = [6, 9, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1]
        let wrapped = Fixtures.element(0x30, basic + Fixtures.element(4, Fixtures.sealed(content, signature)))
        bytes = Fixtures.element(0x30, [0x0A, 1, 0] + Fixtures.element(0xA0, wrapped))
    }
    _ = OCSPResponse.judge(
        bytes, for: Fixtures.leaf, issuer: Fixtures.issuer, at: Fixtures.moment, source: "fuzz", requestNonce: [1, 2, 3, 4])
    return 0
}
