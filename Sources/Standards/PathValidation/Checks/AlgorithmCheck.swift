import CryptoExtras
import X509

/// Keys and hashes that are too weak to rely on.
enum AlgorithmCheck {
    /// NIST SP 800-131A: RSA below 2048 bits is disallowed.
    static let smallestRSA = 2_048

    /// - Parameter signatureCounts: false for an anchor, which is trusted without its signature.
    static func failures(_ certificate: Certificate, signatureCounts: Bool) -> [PathFailure] {
        var failures: [PathFailure] = []
        if let rsa = _RSA.Signing.PublicKey(certificate.publicKey), rsa.keySizeInBits < smallestRSA {
            failures.append(.weakAlgorithm("an RSA key of \(rsa.keySizeInBits) bits", required: "at least \(smallestRSA) bits"))
        }
        if signatureCounts, certificate.signatureAlgorithm == .sha1WithRSAEncryption {
            failures.append(.weakAlgorithm("a signature with SHA-1", required: "SHA-256 or stronger"))
        }
        return failures
    }
}
