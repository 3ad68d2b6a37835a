import Fixtures
import Foundation
import PathValidation

/// No bytes make the reader of revocation lists trap, nor what is made of a list that the issuer signed.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = Fixtures.input(UnsafeBufferPointer(start: start, count: count)) else { return 0 }
    let bytes: [UInt8]
    switch input {
    case .message(let message): bytes = message
    case .content(let content):
        guard (try? CertificateRevocationList(Fixtures.sealed(content, Fixtures.noSignature))) != nil else { return 0 }
        bytes = Fixtures.sealed(content, Fixtures.signature(over: content))
    }
    guard let list = try? CertificateRevocationList(bytes) else { return 0 }
    for certificate in [Fixtures.leaf, Fixtures.issuer] {
        _ = list.judge(certificate, issuers: [Fixtures.issuer], at: Fixtures.moment, source: "fuzz")
    }
    // As a delta of itself, and beside itself.
    let ended = DispatchSemaphore(value: 0)
    Task.detached {
        let path = CandidatePath(certificates: [Fixtures.leaf, Fixtures.issuer], isAnchored: true, defects: [])
        let lists = [SourcedList(list, source: "one"), SourcedList(list, source: "two")]
        _ = await CRLPathChecker(lists: lists, signers: [Fixtures.issuer]).check(path: path, at: Fixtures.moment)
        ended.signal()
    }
    ended.wait()
    return 0
}
