/// How much work one validation may cause. Chains that need more are made to exhaust their readers.
public struct Budget: Hashable, Sendable {
    public var signatureChecks: Int
    public var nameComparisons: Int
    /// Certificates in one path, anchor included.
    public var depth: Int
    /// Steps of the search: certificates tried at some place of some path.
    public var steps: Int
    public var fetches: Int

    public init(signatureChecks: Int = 64, nameComparisons: Int = 100_000, depth: Int = 12, steps: Int = 256, fetches: Int = 4) {
        (self.signatureChecks, self.nameComparisons, self.depth, self.steps) = (signatureChecks, nameComparisons, depth, steps)
        self.fetches = fetches
    }
    public static let standard = Budget()

    mutating func spend(_ what: WritableKeyPath<Budget, Int>, _ amount: Int = 1) -> Bool {
        guard self[keyPath: what] >= amount else { return false }
        self[keyPath: what] -= amount
        return true
    }
}

/// What the end entity is to be used for.
public enum PathPurpose: Hashable, Sendable {
    case serverAuthentication
    case clientAuthentication
    /// No extended key usage is required.
    case any
}
