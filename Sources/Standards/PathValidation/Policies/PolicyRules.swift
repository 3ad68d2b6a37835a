import StrictDER

/// The policy inputs of RFC 5280 §6.1.1 (c), (e), (f), (g).
public struct PolicyRules: Hashable, Sendable {
    /// user-initial-policy-set, as dotted identifiers; nil is any policy.
    public var acceptable: Set<String>?
    /// initial-explicit-policy: the path must be valid for a policy of the acceptable ones.
    public var requireExplicit: Bool
    /// initial-policy-mapping-inhibit
    public var inhibitMapping: Bool
    /// initial-any-policy-inhibit
    public var inhibitAny: Bool

    public init(acceptable: Set<String>? = nil, requireExplicit: Bool = false, inhibitMapping: Bool = false, inhibitAny: Bool = false) {
        (self.acceptable, self.requireExplicit) = (acceptable, requireExplicit)
        (self.inhibitMapping, self.inhibitAny) = (inhibitMapping, inhibitAny)
    }

    /// Any policy, and none required.
    public static let anything = PolicyRules()

    /// nil for any policy; what is no identifier is acceptable to nobody.
    var acceptableContents: Set<ArraySlice<UInt8>>? {
        guard let acceptable, !acceptable.contains("2.5.29.32.0") else { return nil }
        return Set(acceptable.compactMap { ObjectIdentifier(dotted: $0)?.content[...] })
    }
}
