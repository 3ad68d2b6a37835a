import PathValidation

/// No bytes make the certificate reader trap, and what it accepts keeps its bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let certificate = try? ParsedCertificate(der: bytes) {
        precondition(certificate.der == bytes)
        _ = (certificate.subject.description, certificate.issuer.description, certificate.isSelfIssued)
    }
    return 0
}
