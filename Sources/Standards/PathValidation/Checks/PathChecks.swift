import Foundation
import X509

/// All checks on a path, end entity first. Every defect is reported, not only the first.
struct PathChecks: Sendable {
    var at: Date
    var purpose: PathPurpose

    func defects(of path: [CertificateFacts], budget: inout Budget) -> [PathDefect] {
        defectsOfCertificates(in: path, isAnchored: true) + NameConstraintCheck.defects(of: path, budget: &budget)
    }

    /// Without name constraints, which mean little on a path whose upper part is missing.
    /// - Parameter isAnchored: whether the last certificate is a trust anchor.
    func defectsOfCertificates(in path: [CertificateFacts], isAnchored: Bool) -> [PathDefect] {
        var defects: [PathDefect] = []
        for (index, facts) in path.enumerated() {
            let isRoot = index == path.count - 1 && (isAnchored || facts.isSelfIssued)
            defects += individual(facts, isRoot: isRoot).map { PathDefect($0, at: index) }
            if index > 0 { defects += authority(facts, at: index, isRoot: isRoot, in: path).map { PathDefect($0, at: index) } }
            defects += usage(facts, isEndEntity: index == 0).map { PathDefect($0, at: index) }
        }
        return defects
    }

    /// Both ends included; our clock's fraction of a second does not count, as certificates have none (RFC 5280 §4.1.2.5).
    func isValidNow(_ certificate: Certificate) -> Bool {
        let now = at.timeIntervalSince1970.rounded(.down)
        return certificate.notValidBefore.timeIntervalSince1970 <= now && now <= certificate.notValidAfter.timeIntervalSince1970
    }

    private func individual(_ facts: CertificateFacts, isRoot: Bool) -> [PathFailure] {
        var failures: [PathFailure] = []
        let certificate = facts.parsed.certificate
        if let malformed = facts.malformed { failures.append(.malformed(reason: malformed)) }
        if !isValidNow(certificate) {
            failures.append(
                certificate.notValidBefore > at
                    ? .notYetValid(until: certificate.notValidBefore) : .expired(since: certificate.notValidAfter))
        }
        failures += CriticalExtensionCheck.failures(certificate)
        failures += AlgorithmCheck.failures(certificate, signatureCounts: !isRoot)
        return failures
    }

    private func authority(_ facts: CertificateFacts, at index: Int, isRoot: Bool, in path: [CertificateFacts]) -> [PathFailure] {
        // A version 1 root has no extensions to say what it is; being stored as an anchor says it.
        if isRoot, facts.parsed.certificate.version == .v1 { return [] }
        guard let authority = facts.authority else { return [.notACertificateAuthority] }
        var failures: [PathFailure] = []
        if let limit = authority.pathLength {
            let below = path[1..<index].filter { !$0.isSelfIssued }.count
            if below > limit { failures.append(.pathLengthExceeded(limit: limit, found: below)) }
        }
        if let usage = facts.keyUsage, !usage.keyCertSign { failures.append(.keyUsage(required: "signing certificates (keyCertSign)")) }
        return failures
    }

    /// Extended key usages nest: one that an authority has must allow what the end entity is used for.
    private func usage(_ facts: CertificateFacts, isEndEntity: Bool) -> [PathFailure] {
        guard let usages = facts.extendedKeyUsage else { return [] }
        let (wanted, name): (ExtendedKeyUsage.Usage, String)
        switch purpose {
        case .any: return []
        case .serverAuthentication: (wanted, name) = (.serverAuth, "TLS servers (serverAuth)")
        case .clientAuthentication: (wanted, name) = (.clientAuth, "TLS clients (clientAuth)")
        }
        if usages.contains(wanted) || usages.contains(.any) { return [] }
        return [.extendedKeyUsage(required: name, found: usages.map { String(describing: $0) })]
    }
}
