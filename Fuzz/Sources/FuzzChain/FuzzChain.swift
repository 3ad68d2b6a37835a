import Foundation
import PathValidation

/// No chain makes path building or checking trap, hang, or find a path whose signatures nobody made.
///
/// The input is certificates one after the other. The first is the end entity, the last one the anchor; the others are presented.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let certificates = elements(of: bytes).prefix(16).compactMap { try? ParsedCertificate(der: $0) }
    guard certificates.count > 1, let anchor = certificates.last else { return 0 }
    for anchorRules in [AnchorRules.constrained, .nameAndKey] {
        for requireExplicit in [false, true] {
            var rules = PathRules(at: Date(timeIntervalSince1970: 1_800_000_000), purpose: .any)
            rules.anchors = anchorRules
            rules.policies.requireExplicit = requireExplicit
            rules.profile = requireExplicit ? .webPKI : .pathValidation
            let outcome = PathBuilder().build(presented: Array(certificates.dropLast()), anchors: TrustAnchors([anchor]), rules: rules)
            precondition(!outcome.candidates.isEmpty)
            _ = outcome.best.validPolicies(under: rules)
        }
    }
    return 0
}

/// SEQUENCEs with lengths in two octets, as certificates have; the rest is ignored.
func elements(of bytes: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var position = 0
    while position + 4 <= bytes.count, bytes[position] == 0x30, bytes[position + 1] == 0x82 {
        let end = position + 4 + (Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
        guard end <= bytes.count else { break }
        found.append(Array(bytes[position..<end]))
        position = end
    }
    return found
}
