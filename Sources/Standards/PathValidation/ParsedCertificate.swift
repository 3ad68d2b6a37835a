import Crypto
import StrictDER
import SwiftASN1
import Synchronization
public import X509

public import struct FoundationEssentials.Date

/// A certificate together with the exact bytes it came in; equality and hashing are by those bytes.
///
/// Reading walks the bytes once. Hashes as text, the key, and the value of swift-certificates are made when somebody asks for them. Copies are
/// cheap, and certificates of authorities that were read before are not read again.
public struct ParsedCertificate: Sendable, Hashable {
    private let record: CertificateRecord

    /// Throws `.malformed` when the bytes are not one certificate that we can read.
    public init(der: [UInt8]) throws(PathFailure) {
        do { record = try CertificateMemory.shared.record(of: der) } catch {
            throw .malformed(reason: "\(error.field) at byte \(error.offset)")
        }
    }

    public var der: [UInt8] { record.der }
    /// Of all the bytes, lower-case hexadecimal, no colons.
    public var sha256: String { hexadecimal(record.digest.bytes) }
    /// SHA-256 over the SubjectPublicKeyInfo, lower-case hexadecimal.
    public var spkiSha256: String { hexadecimal(record.keyDigest.bytes) }

    public var subject: CertificateName { facts.subject }
    public var issuer: CertificateName { facts.issuer }
    /// 1, 2 or 3.
    public var version: Int { facts.outline.version }
    /// Big-endian two's complement, as written.
    public var serialNumber: [UInt8] { Array(facts.outline.serial) }
    /// As people write it: hexadecimal pairs with colons.
    public var serialText: String {
        var text: [UInt8] = []
        for (place, digit) in hexadecimal(facts.outline.serial).utf8.enumerated() {
            if place > 0, place.isMultiple(of: 2) { text.append(0x3A) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }
    public var notBefore: Date { Date(timeIntervalSince1970: Double(facts.notBefore)) }
    public var notAfter: Date { Date(timeIntervalSince1970: Double(facts.notAfter)) }
    /// Subject and issuer are the same name (RFC 5280 §3.2); says nothing about keys.
    public var isSelfIssued: Bool { facts.isSelfIssued }
    /// Whether basicConstraints says that it may issue certificates.
    public var isCertificateAuthority: Bool { facts.isAuthority == true }
    /// nil when there is no keyUsage, or none that can be read.
    public var keyUsage: KeyUsages? { facts.keyUsage }
    /// Dotted identifiers; nil when there is no extKeyUsage, or none that can be read.
    public var extendedKeyUsage: [String]? { facts.extendedKeyUsage?.map { ObjectIdentifier.dotted($0) } }
    /// The fields and where they lie.
    var outline: CertificateOutline { facts.outline }

    /// The same certificate as swift-certificates reads it. Throws its error for what it does not read, such as keys and names of rare kinds.
    public var certificate: Certificate { get throws { try record.certificate() } }

    var facts: CertificateFacts { record.facts }
    var digest: ContentDigest { record.digest }
    var keyDigest: ContentDigest { record.keyDigest }
    /// nil for keys that are not supported.
    var verificationKey: VerificationKey? { record.verificationKey }

    public static func == (left: Self, right: Self) -> Bool { left.record === right.record || left.der == right.der }
    public func hash(into hasher: inout Hasher) { hasher.combine(octets: record.der) }
    /// As long as it lives, nothing else has this identity; the same bytes read twice may have two.
    var identity: Swift.ObjectIdentifier { Swift.ObjectIdentifier(record) }
}

/// SHA-256, as a value that is quick to compare.
struct ContentDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(of bytes: some Collection<UInt8>) {
        var hash = SHA256()
        let isContiguous = bytes.withContiguousStorageIfAvailable { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) } != nil
        if !isContiguous { hash.update(data: Array(bytes)) }
        self.init(hash.finalize())
    }

    init(_ digest: SHA256Digest) {
        words = digest.withUnsafeBytes { digest in
            func word(_ index: Int) -> UInt64 { digest.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
            return (word(0), word(1), word(2), word(3))
        }
    }

    var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// What stands behind the copies of one certificate.
final class CertificateRecord: Sendable {
    let der: [UInt8]
    let facts: CertificateFacts

    private struct Derived: Sendable {
        var key: VerificationKey??
        var digest: ContentDigest?
        var keyDigest: ContentDigest?
        var certificate: Certificate?
    }
    /// Made when they are asked for.
    private let derived = Mutex(Derived())

    init(_ der: [UInt8]) throws(DERError) {
        self.der = der
        facts = try CertificateFacts(CertificateOutline(der: der[...]))
    }

    var verificationKey: VerificationKey? {
        derived.withLock { derived in
            if let known = derived.key { return known }
            let key = VerificationKey(facts.key)
            derived.key = .some(key)
            return key
        }
    }

    var digest: ContentDigest {
        derived.withLock { derived in
            if let known = derived.digest { return known }
            let digest = ContentDigest(of: der)
            derived.digest = digest
            return digest
        }
    }

    var keyDigest: ContentDigest {
        derived.withLock { derived in
            if let known = derived.keyDigest { return known }
            let digest = ContentDigest(of: facts.outline.publicKeyInfo)
            derived.keyDigest = digest
            return digest
        }
    }

    func certificate() throws -> Certificate {
        if let known = derived.withLock({ $0.certificate }) { return known }
        let made = try Certificate(derEncoded: der)
        derived.withLock { $0.certificate = made }
        return made
    }
}
