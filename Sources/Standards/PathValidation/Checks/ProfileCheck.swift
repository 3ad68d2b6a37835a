import StrictDER

/// The rules of a `ConformanceProfile`, one certificate at a time.
struct ProfileCheck {
    private let isWeb: Bool
    private let anchorCounts: Bool
    private let waived: Set<ProfileRule>

    /// nil when there are no rules besides path validation.
    init?(_ rules: PathRules) {
        guard rules.profile != .pathValidation else { return nil }
        isWeb = rules.profile == .webPKI
        anchorCounts = rules.anchors.contains(.extensions)
        waived = rules.waived
    }

    /// - Parameter isAnchor: of an anchor that counts with its name and key alone, nothing is checked.
    func failures(_ certificate: ParsedCertificate, isEndEntity: Bool, isAnchor: Bool) -> [ProfileRule] {
        if isAnchor, !anchorCounts { return [] }
        let facts = certificate.facts
        var broken = fields(facts)
        broken += identifiers(certificate, isEndEntity: isEndEntity, isAnchor: isAnchor)
        broken += constraints(facts, isEndEntity: isEndEntity)
        if isEndEntity { broken += names(facts) }
        if isWeb { broken += web(certificate, isEndEntity: isEndEntity, isAnchor: isAnchor) }
        return waived.isEmpty ? broken : broken.filter { !waived.contains($0) }
    }

    private func fields(_ facts: CertificateFacts) -> [ProfileRule] {
        var broken: [ProfileRule] = []
        let serial = facts.outline.serial
        if serial.first.map({ $0 >= 0x80 }) ?? true || serial.allSatisfy({ $0 == 0 }) { broken.append(.serialNumberNotPositive) }
        // "up to 20 octets": of the number; the zero that keeps it positive is one more in the certificate.
        if serial.drop(while: { $0 == 0 }).count > 20 { broken.append(.serialNumberTooLong) }
        if facts.issuer.isEmpty { broken.append(.issuerEmpty) }
        if facts.subject.isEmpty, facts.isAuthority == true { broken.append(.authorityWithoutSubject) }
        if facts.critical.contains(.authorityInfoAccess) { broken.append(.authorityInfoAccessCritical) }
        return broken
    }

    private func identifiers(_ certificate: ParsedCertificate, isEndEntity: Bool, isAnchor: Bool) -> [ProfileRule] {
        let facts = certificate.facts
        var broken: [ProfileRule] = []
        if facts.critical.contains(.authorityKeyIdentifier) { broken.append(.authorityKeyIdentifierCritical) }
        if facts.critical.contains(.subjectKeyIdentifier) { broken.append(.subjectKeyIdentifierCritical) }
        if facts.authorityKeyIdentifier == nil, !certificate.isSelfSigned { broken.append(.authorityKeyIdentifierMissing) }
        if !isEndEntity || facts.isAuthority == true, facts.subjectKeyIdentifier == nil { broken.append(.subjectKeyIdentifierMissing) }
        return broken
    }

    private func constraints(_ facts: CertificateFacts, isEndEntity: Bool) -> [ProfileRule] {
        var broken: [ProfileRule] = []
        if !isEndEntity, !facts.present.contains(.basicConstraints) { broken.append(.basicConstraintsMissing) }
        if facts.isAuthority == true, !facts.critical.contains(.basicConstraints) { broken.append(.basicConstraintsNotCritical) }
        if let usage = facts.keyUsage, usage.contains(.keyCertSign) != (facts.isAuthority == true) { broken.append(.keyUsageInconsistent) }
        if let constraints = facts.nameConstraints {
            // Baseline Requirements §7.1.2.5.2 let them be non-critical.
            if !isWeb, !facts.critical.contains(.nameConstraints) { broken.append(.nameConstraintsNotCritical) }
            if facts.isAuthority != true { broken.append(.nameConstraintsInEndEntity) }
            if constraints.hasLeadingPeriod { broken.append(.nameConstraintsLeadingPeriod) }
        }
        let notCritical = facts.present.subtracting(facts.critical)
        if notCritical.contains(.policyConstraints) { broken.append(.policyConstraintsNotCritical) }
        if notCritical.contains(.inhibitAnyPolicy) { broken.append(.inhibitAnyPolicyNotCritical) }
        return broken
    }

    private func names(_ facts: CertificateFacts) -> [ProfileRule] {
        var broken: [ProfileRule] = []
        if facts.subject.isEmpty {
            if !facts.present.contains(.subjectAltName) { broken.append(.alternativeNamesMissing) }
            if !facts.critical.contains(.subjectAltName) { broken.append(.alternativeNamesNotCritical) }
        }
        let malformed = facts.alternativeNames.contains { name in
            guard case .dns(let host) = name else { return false }
            return !HostText.isPreferredSyntax(HostText.isWildcard(host) ? host.dropFirst(2) : host)
        }
        if malformed { broken.append(.alternativeNameMalformed) }
        return broken
    }

    private func web(_ certificate: ParsedCertificate, isEndEntity: Bool, isAnchor: Bool) -> [ProfileRule] {
        let facts = certificate.facts
        var broken: [ProfileRule] = []
        if facts.outline.version != 3 { broken.append(.versionNot3) }
        switch facts.key.kind {
        case .rsa(let bits, _) where !bits.isMultiple(of: 8): broken.append(.keySizeNotMultipleOf8)
        case .ed25519, .dsa, .unsupported: broken.append(.keyNotPermitted)
        case .rsa, .p256, .p384, .p521: break
        }
        if facts.authorityNamesCertificate { broken.append(.authorityKeyIdentifierNamesCertificate) }
        if isAnchor {
            if facts.present.contains(.extendedKeyUsage) { broken.append(.extendedKeyUsageInRoot) }
            let mismatch = facts.present.contains(.authorityKeyIdentifier) && facts.authorityKeyIdentifier != facts.subjectKeyIdentifier
            if certificate.isSelfSigned, mismatch { broken.append(.authorityKeyIdentifierMismatch) }
        }
        guard isEndEntity else { return broken }
        if facts.isAuthority == true { broken.append(.endEntityIsAuthority) }
        if facts.critical.contains(.extendedKeyUsage) { broken.append(.extendedKeyUsageCritical) }
        if let usages = facts.extendedKeyUsage {
            if usages.contains(where: { $0.elementsEqual(UsageCheck.any) }) { broken.append(.extendedKeyUsageAny) }
        } else {
            broken.append(.extendedKeyUsageMissing)
        }
        if !facts.present.contains(.subjectAltName) { broken.append(.alternativeNamesMissing) }
        if !facts.subject.isEmpty, facts.critical.contains(.subjectAltName) { broken.append(.alternativeNamesCritical) }
        for case .dns(let host) in facts.alternativeNames where HostText.isWildcard(host) && HostText.labels(HostText.trimmed(host)) < 3 {
            broken.append(.wildcardOfTopLevelDomain)
        }
        for text in facts.subject.texts(of: CertificateName.commonName)
        where !facts.alternativeNames.contains(where: { $0.isWritten(text) }) {
            broken.append(.commonNameNotAlternativeName)
        }
        return broken
    }
}

extension ParsedCertificate {
    /// Its own key signed it.
    var isSelfSigned: Bool { isSelfIssued && isSigned(by: self) }
}

extension AlternativeName {
    /// Whether a common name is a copy of this name: character for character, an address in the form of RFC 3986 or RFC 5952.
    fileprivate func isWritten(_ text: String) -> Bool {
        switch self {
        case .dns(let host): host.elementsEqual(text.utf8)
        case .address(let octets): IPAddress.canonicalText(Array(octets)) == text
        default: false
        }
    }
}

extension HostText {
    /// Letters, digits and hyphens, no hyphen at either end of a label, 63 octets a label and 253 in all (RFC 1034 §3.5, RFC 1123 §2.1); not an
    /// address.
    static func isPreferredSyntax(_ host: ArraySlice<UInt8>) -> Bool {
        guard (1...253).contains(host.count) else { return false }
        let hyphen = UInt8(ascii: "-")
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains(lowered($0)) || $0 == hyphen }
        }
        return areLabels && !(labels.count == 4 && labels.allSatisfy { $0.allSatisfy { (0x30...0x39).contains($0) } })
    }
}
