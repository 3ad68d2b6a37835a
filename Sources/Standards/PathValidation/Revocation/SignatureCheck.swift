import Crypto

/// What was signed, how, and the signature: the three fields that certificates, lists and answers have in common.
struct SignedBytes: Sendable, Hashable {
    var signed: ArraySlice<UInt8>
    /// DER of the AlgorithmIdentifier.
    var algorithm: ArraySlice<UInt8>
    var signature: ArraySlice<UInt8>
}

/// Verifies signatures over lists and answers.
enum SignatureCheck {
    enum Result: Hashable { case valid, invalid, unsupported(String) }

    /// RSA with PKCS#1 v1.5 or PSS, ECDSA on the NIST curves, each with SHA-256, SHA-384 or SHA-512, and Ed25519.
    /// SHA-1 is unsupported unless `limits` allow it.
    /// - Parameter publicKeyInfo: DER of a SubjectPublicKeyInfo.
    static func check(_ bytes: SignedBytes, by publicKeyInfo: ArraySlice<UInt8>, limits: EvidenceLimits) -> Result {
        guard let algorithm = try? SignatureAlgorithm(der: bytes.algorithm), algorithm.isVerified else {
            return .unsupported("signature algorithm")
        }
        if algorithm.hash == .sha1, !limits.allowsInsecureSHA1 { return .unsupported("SHA-1 signature") }
        guard let description = try? KeyDescription(publicKeyInfo) else { return .unsupported("public key") }
        if case .rsa(let bits, _) = description.kind, bits < limits.smallestRSAKey { return .unsupported("RSA key of \(bits) bits") }
        // The same answer is looked at with every connection for as long as it counts.
        let known = CertificateMemory.Signature(signed: bytes, key: publicKeyInfo)
        if CertificateMemory.shared.knows(known) { return .valid }
        guard let key = VerificationKey(description) else { return .unsupported("public key") }
        guard key.verifies(bytes.signature, over: bytes.signed, algorithm) else { return .invalid }
        CertificateMemory.shared.remember(known)
        return .valid
    }
}

extension CertificateMemory.Signature {
    /// By all that the check depends on. What a certificate is kept under is a digest of its whole encoding, so one never stands for the other.
    fileprivate init(signed bytes: SignedBytes, key: ArraySlice<UInt8>) {
        var hash = SHA256()
        for part in [bytes.algorithm, bytes.signature, bytes.signed] {
            withUnsafeBytes(of: part.count) { hash.update(bufferPointer: $0) }
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        self.init(content: ContentDigest(hash.finalize()), key: ContentDigest(of: key))
    }
}
