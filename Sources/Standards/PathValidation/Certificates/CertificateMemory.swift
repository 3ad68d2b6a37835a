import StrictDER
import Synchronization

/// What this process has learnt about certificates of authorities, by content: how they read, and whose signatures on them are good; and the same
/// of the signatures on lists and answers about revocation.
/// Only what needs no second look is kept, so nobody's answer depends on it. Bounded: when a generation is full, the one before it goes.
final class CertificateMemory: Sendable {
    static let shared = CertificateMemory()

    /// Certificates in one generation, and the largest that is kept: two generations take at most 32 MB with what is read out of them.
    private static let recordLimit = 512
    private static let sizeLimit = 8_192
    private static let signatureLimit = 4_096

    /// This certificate, list or answer verifies with the key of that SubjectPublicKeyInfo.
    struct Signature: Hashable, Sendable {
        var content: ContentDigest
        var key: ContentDigest
    }

    /// By their bytes: the dictionary's own hash, which nobody can foresee, costs less than SHA-256.
    private let records = Mutex(Generations<Octets, CertificateRecord>(limit: recordLimit))
    private let signatures = Mutex(Generations<Signature, Bool>(limit: signatureLimit))

    /// Reads the certificate unless it is known.
    func record(of der: [UInt8]) throws(DERError) -> CertificateRecord {
        guard der.count <= Self.sizeLimit else { return try CertificateRecord(der) }
        let octets = Octets(der)
        if let known = records.withLock({ $0[octets] }) { return known }
        let record = try CertificateRecord(der)
        if record.facts.isAuthority == true { records.withLock { $0.insert(record, for: octets) } }
        return record
    }

    func knows(_ signature: Signature) -> Bool { signatures.withLock { $0[signature] != nil } }
    func remember(_ signature: Signature) { signatures.withLock { $0.insert(true, for: signature) } }
}

/// Bytes as a key, hashed once for all the dictionaries that are asked. An array is hashed octet by octet, which takes longer than reading
/// a certificate.
private struct Octets: Hashable, Sendable {
    let bytes: [UInt8]
    private let digest: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var hasher = Hasher()
        hasher.combine(octets: bytes)
        digest = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    static func == (left: Self, right: Self) -> Bool { left.digest == right.digest && left.bytes == right.bytes }
}

extension Hasher {
    mutating func combine(octets: [UInt8]) { octets.withUnsafeBytes { combine(bytes: $0) } }
}

/// A dictionary of at most twice `limit` entries that forgets what was not asked for lately.
private struct Generations<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var current: [Key: Value] = [:]
    private var previous: [Key: Value] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    subscript(_ key: Key) -> Value? {
        mutating get {
            if let value = current[key] { return value }
            guard let value = previous[key] else { return nil }
            insert(value, for: key)
            return value
        }
    }

    mutating func insert(_ value: Value, for key: Key) {
        if current.count >= limit { (previous, current) = (current, [:]) }
        current[key] = value
    }
}
