import StrictDER

/// Extended key usages (RFC 5280 §4.2.1.12). They nest: one that an authority has must allow what the end entity is used for.
struct UsageCheck {
    private let purpose: ArraySlice<UInt8>
    private let name: String
    private let strictness: UsageStrictness

    /// nil when no purpose is required.
    init?(_ rules: PathRules) {
        switch rules.purpose {
        case .serverAuthentication: (purpose, name) = (Self.server, "serverAuth")
        case .clientAuthentication: (purpose, name) = (Self.client, "clientAuth")
        case .usage(let oid):
            // What is no identifier is in no certificate.
            (purpose, name) = (ObjectIdentifier(dotted: oid)?.content[...] ?? [], Self.names[oid] ?? oid)
        case .any: return nil
        }
        strictness = rules.usageStrictness
    }

    func failures(_ facts: CertificateFacts, isEndEntity: Bool) -> [PathFailure] {
        let mustBeNamed = strictness == .namedByAll || strictness == .exclusive || (strictness == .namedByEndEntity && isEndEntity)
        guard let usages = facts.extendedKeyUsage else {
            return mustBeNamed ? [.extendedKeyUsage(required: name, found: [])] : []
        }
        var failures: [PathFailure] = []
        if !usages.contains(where: { $0 == purpose || (!mustBeNamed && $0.elementsEqual(Self.any)) }) {
            failures.append(.extendedKeyUsage(required: name, found: usages.map(Self.text)))
        }
        if strictness == .exclusive {
            failures += usages.filter { $0 != purpose }.map { .extendedKeyUsageExcluded(Self.text($0)) }
        } else if mustBeNamed {
            failures += usages.filter { usage in Self.excluded.contains { usage.elementsEqual($0) } }.map {
                .extendedKeyUsageExcluded(Self.text($0))
            }
        }
        return failures
    }

    /// 2.5.29.37.0
    static let any: [UInt8] = [0x55, 0x1D, 0x25, 0x00]
    private static let server = (base + [1])[...]
    private static let client = (base + [2])[...]
    private static let base: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 3]
    /// codeSigning, timeStamping, OCSPSigning: Baseline Requirements §7.1.2.7.10.
    static let excluded = [base + [3], base + [8], base + [9]]

    private static let names = [
        "1.3.6.1.5.5.7.3.1": "serverAuth", "1.3.6.1.5.5.7.3.2": "clientAuth", "1.3.6.1.5.5.7.3.3": "codeSigning",
        "1.3.6.1.5.5.7.3.4": "emailProtection", "1.3.6.1.5.5.7.3.8": "timeStamping", "1.3.6.1.5.5.7.3.9": "OCSPSigning",
        "2.5.29.37.0": "anyExtendedKeyUsage",
    ]
    static func text(_ usage: ArraySlice<UInt8>) -> String {
        let oid = ObjectIdentifier.dotted(usage)
        return names[oid] ?? oid
    }
}
