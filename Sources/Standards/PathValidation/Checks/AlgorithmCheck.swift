/// Keys and hashes that are too weak to rely on, and those that nothing here verifies.
struct AlgorithmCheck {
    var rules: AlgorithmRules

    func failures(_ facts: CertificateFacts, signatureCounts: Bool) -> [PathFailure] {
        var failures: [PathFailure] = []
        switch facts.key.kind {
        case .rsa(let bits, _) where bits < rules.smallestRSA:
            failures.append(.weakAlgorithm("RSA-\(bits)", required: "RSA-\(rules.smallestRSA)"))
        case .dsa: failures.append(.signatureAlgorithmUnsupported(oid: "1.2.840.10040.4.1"))
        case .unsupported(let oid): failures.append(.signatureAlgorithmUnsupported(oid: oid))
        case .rsa, .p256, .p384, .p521, .ed25519: break
        }
        guard signatureCounts else { return failures }
        switch facts.algorithm {
        case .rsa(let hash), .probabilistic(let hash), .ecdsa(let hash):
            switch hash {
            case .md5: failures.append(.weakAlgorithm("MD5", required: "SHA-256"))
            case .sha1 where !rules.allowsInsecureSHA1: failures.append(.weakAlgorithm("SHA-1", required: "SHA-256"))
            case .sha224: failures.append(.weakAlgorithm("SHA-224", required: "SHA-256"))
            case .sha1, .sha256, .sha384, .sha512: break
            }
        case .dsa: failures.append(.signatureAlgorithmUnsupported(oid: "1.2.840.10040.4.3"))
        case .unsupported(let oid): failures.append(.signatureAlgorithmUnsupported(oid: oid))
        case .ed25519: break
        }
        return failures
    }
}
