/// How much work and memory a file may cost. A file decides its own key derivation, so somebody else decides when it is too much.
public struct KeystoreLimits: Hashable, Sendable {
    /// Bytes. Twenty thousand certificates are 21 MB.
    public var fileSize = 256 << 20
    /// Iterations of one key derivation. What the JDK and Bouncy Castle allow.
    public var iterations = 5_000_000
    /// Iterations of all derivations of one call: opening a store, or one key. Our choice: a store that holds a hostile derivation for
    /// every bag ends after seconds.
    public var totalIterations = 20_000_000
    /// Bytes that scrypt may take, 128 N r (RFC 7914 §2). What Bouncy Castle allows.
    public var scryptMemory = 1 << 30
    /// scrypt's block size r, which Bouncy Castle uses for p as well: time grows with its square. Our choice; genuine files have 8.
    public var scryptBlockSize = 64
    /// Bytes that a derivation may be asked for.
    public var derivedLength = 1024

    public init() {}
    public static let standard = KeystoreLimits()
}

/// Counts the work of one call.
struct WorkBudget {
    let limits: KeystoreLimits
    private var spent = 0
    init(_ limits: KeystoreLimits) { self.limits = limits }

    /// Throws `overLimit` before the work is done, never after.
    mutating func spend(iterations: Int, on field: String) throws(KeystoreError) {
        guard iterations > 0 else { throw .malformed(field: field, offset: 0) }
        guard iterations <= limits.iterations else { throw .overLimit(field: field, found: iterations, limit: limits.iterations) }
        try charge(iterations)
    }

    /// N, r, and p as it is used.
    mutating func spend(scryptCost cost: Int, blockSize: Int, parallelism: Int) throws(KeystoreError) {
        guard cost > 1, cost & (cost - 1) == 0 else { throw .malformed(field: "scrypt cost", offset: 0) }
        guard blockSize > 0, parallelism > 0 else { throw .malformed(field: "scrypt block size", offset: 0) }
        for size in [blockSize, parallelism] where size > limits.scryptBlockSize {
            throw .overLimit(field: "scrypt block size", found: size, limit: limits.scryptBlockSize)
        }
        let (memory, overflow) = (128 * blockSize).multipliedReportingOverflow(by: cost)
        guard !overflow, memory <= limits.scryptMemory else {
            throw .overLimit(field: "scrypt memory", found: overflow ? .max : memory, limit: limits.scryptMemory)
        }
        // One unit of N r p costs about what two iterations of PBKDF2 with SHA-512 cost. It counts in full against the whole budget.
        let (units, isTooMuch) = (memory / 64).multipliedReportingOverflow(by: parallelism)
        try charge(isTooMuch ? .max : units)
    }

    private mutating func charge(_ iterations: Int) throws(KeystoreError) {
        let (sum, overflow) = spent.addingReportingOverflow(iterations)
        guard !overflow, sum <= limits.totalIterations else {
            throw .overLimit(field: "iterations in all", found: overflow ? .max : sum, limit: limits.totalIterations)
        }
        spent = sum
    }

    func allow(derivedLength: Int, of field: String) throws(KeystoreError) {
        guard (1...limits.derivedLength).contains(derivedLength) else {
            throw .overLimit(field: field, found: derivedLength, limit: limits.derivedLength)
        }
    }
}
