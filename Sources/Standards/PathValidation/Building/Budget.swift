/// How much work one validation may cause. Chains that need more are made to exhaust their readers.
public struct Budget: Hashable, Sendable {
    /// Counted in checks with a key of usual size: one with RSA-16384 costs sixteen.
    public var signatureChecks: Int
    /// A certificate's names times the constraints of an authority above it, URIs not counted as they are looked up. OpenSSL and BoringSSL
    /// have their limit at the same product, so what works there works here.
    public var nameComparisons: Int
    /// Certificates in one path, anchor included.
    public var depth: Int
    /// Steps of the search: certificates tried at some place of some path.
    public var steps: Int
    public var fetches: Int
    /// Certificates that are looked at, presented and fetched; the rest is ignored.
    public var certificates: Int

    public init(
        signatureChecks: Int = 64, nameComparisons: Int = 1 << 20, depth: Int = 12, steps: Int = 256, fetches: Int = 4,
        certificates: Int = 256
    ) {
        (self.signatureChecks, self.nameComparisons, self.depth, self.steps) = (signatureChecks, nameComparisons, depth, steps)
        (self.fetches, self.certificates) = (fetches, certificates)
    }
    public static let standard = Budget()

    mutating func spend(_ what: WritableKeyPath<Budget, Int>, _ amount: Int = 1) -> Bool {
        guard self[keyPath: what] >= amount else { return false }
        self[keyPath: what] -= amount
        return true
    }
}
