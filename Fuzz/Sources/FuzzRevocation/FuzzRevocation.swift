import Foundation
import PathValidation

/// A certificate and its issuer, made with the seeds: some seeds are signed by that issuer and get as far as the status.
let fixtures = ProcessInfo.processInfo.environment["FUZZ_FIXTURES"] ?? ""
let issuer = fixture("issuer.der")
let leaf = fixture("leaf.der")
let moment = Date()

/// No bytes make the readers of CRLs, OCSP answers and OCSP questions trap.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    _ = CertificateRevocationList.judge(bytes, for: leaf, issuers: [issuer], at: moment, source: "fuzz")
    _ = OCSPResponse.judge(bytes, for: leaf, issuer: issuer, at: moment, source: "fuzz")
    _ = try? OCSPRequest(bytes)
    return 0
}

func fixture(_ name: String) -> ParsedCertificate {
    guard let data = FileManager.default.contents(atPath: fixtures + "/" + name), let certificate = try? ParsedCertificate(der: Array(data))
    else { preconditionFailure("FUZZ_FIXTURES has no \(name): run scripts/fuzz") }
    return certificate
}
