import Foundation
import PathValidation

/// No bytes make the certificate reader, the name comparison or the path checks trap, and what is read keeps its bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let certificate = try? ParsedCertificate(der: bytes) else { return 0 }
    precondition(certificate.der == bytes)
    for host in ["a.seed.example", "192.0.2.1", "2001:db8::1"] { _ = matchName(host, against: certificate) }
    _ = matchMailbox("a@seed.example", against: certificate)
    _ = (certificate.subject.description, certificate.issuer.description, certificate.evidenceURLs, certificate.serialText)
    // As its own anchor it meets every check; as a stranger it is searched for an issuer.
    var rules = PathRules(at: Date(timeIntervalSince1970: 1_800_000_000))
    for anchors in [[certificate], []] {
        for profile in ConformanceProfile.allCases {
            rules.profile = profile
            let outcome = PathBuilder().build(presented: [certificate, certificate], anchors: TrustAnchors(anchors), rules: rules)
            precondition(!outcome.candidates.isEmpty)
        }
    }
    return 0
}
