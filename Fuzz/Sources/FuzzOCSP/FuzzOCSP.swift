import Fixtures
import PathValidation

/// No bytes make the readers of OCSP answers and questions trap, nor what is made of an answer that the issuer signed.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = Fixtures.input(UnsafeBufferPointer(start: start, count: count)) else { return 0 }
    switch input {
    case .message(let message):
        _ = try? OCSPRequest(message)
        _ = judge(message)
    case .content(let content):
        if case .unknown(let why) = judge(wrapped(content, Fixtures.noSignature)), case .notAnAnswer? = why.first { return 0 }
        _ = judge(wrapped(content, Fixtures.signature(over: content)))
    }
    return 0
}

func judge(_ bytes: [UInt8]) -> RevocationOutcome.Status {
    OCSPResponse.judge(bytes, for: Fixtures.leaf, issuer: Fixtures.issuer, at: Fixtures.moment, source: "fuzz", requestNonce: [1, 2, 3, 4])
}

/// An OCSPResponse around a ResponseData.
func wrapped(_ content: [UInt8], _ signature: [UInt8]) -> [UInt8] {
    let basic: [UInt8] = [6, 9, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1]
    let inner = Fixtures.element(0x30, basic + Fixtures.element(4, Fixtures.sealed(content, signature)))
    return Fixtures.element(0x30, [0x0A, 1, 0] + Fixtures.element(0xA0, inner))
}
