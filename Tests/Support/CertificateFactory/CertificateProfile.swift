public import Foundation
import SwiftASN1
public import X509

/// What a certificate made for a test says. The defaults make an ordinary one; a test changes what it is about.
public struct CertificateProfile: Sendable {
    /// nil: the subject is made of the common name and `O=Midguard Test`.
    public var subject: DistinguishedName?
    public var key: KeyKind = .p256
    /// An existing key instead of a new one, as in cross-signing and renewal.
    public var privateKey: Certificate.PrivateKey?
    public var notBefore = TestClock.begin
    public var notAfter = TestClock.end
    /// Big-endian; nil: 16 random bytes.
    public var serial: [UInt8]?
    /// nil leaves basicConstraints out.
    public var basicConstraints: BasicConstraints?
    public var keyUsage: KeyUsage?
    public var extendedKeyUsage: [ExtendedKeyUsage.Usage] = []
    /// nil: no subjectAltName.
    public var alternativeNames: [GeneralName]?
    public var nameConstraints: NameConstraints?
    public var ocspURLs: [String] = []
    /// caIssuers.
    public var issuerURLs: [String] = []
    public var crlURLs: [String] = []
    public var hasKeyIdentifiers = true
    /// Added as they are, after all others.
    public var extensions: [Certificate.Extension] = []
    /// nil: what goes with the issuer's key.
    public var signatureAlgorithm: Certificate.SignatureAlgorithm?
    public var version = Certificate.Version.v3

    static func authority(pathLength: Int?) -> CertificateProfile {
        var profile = CertificateProfile()
        profile.basicConstraints = .isCertificateAuthority(maxPathLength: pathLength)
        profile.keyUsage = KeyUsage(keyCertSign: true, cRLSign: true)
        return profile
    }

    /// For those who log in, and not for servers.
    public mutating func isForClients() { extendedKeyUsage = [.clientAuth] }

    static func leaf(names: [String]?) -> CertificateProfile {
        var profile = CertificateProfile()
        profile.basicConstraints = .notCertificateAuthority
        profile.keyUsage = KeyUsage(digitalSignature: true)
        profile.extendedKeyUsage = [.serverAuth]
        profile.alternativeNames = names?.map(GeneralName.host)
        return profile
    }
}

/// Keys that the factory can make. P-256 is quick; RSA takes about a tenth of a second.
public enum KeyKind: Hashable, Sendable {
    case p256, p384, ed25519
    case rsa(bits: Int)
}

/// Fixed moments, so that a test says the same on every day. All certificates are valid on both and on any day a test may run.
public enum TestClock {
    /// 2020-01-01T00:00:00Z
    public static let begin = Date(timeIntervalSince1970: 1_577_836_800)
    /// 2026-07-01T12:00:00Z: when checks are made, unless a test says otherwise.
    public static let now = Date(timeIntervalSince1970: 1_782_907_200)
    /// 2049-12-31T23:59:59Z
    public static let end = Date(timeIntervalSince1970: 2_524_607_999)

    public static func days(_ count: Double) -> TimeInterval { count * 86_400 }
}

extension GeneralName {
    /// An iPAddress for an address literal, otherwise a dNSName.
    public static func host(_ text: String) -> GeneralName {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(withUnsafeBytes(of: four) { Array($0) })))
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(withUnsafeBytes(of: six) { Array($0) })))
        }
        return .dnsName(text)
    }
}
