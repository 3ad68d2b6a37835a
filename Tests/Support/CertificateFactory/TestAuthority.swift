public import Foundation
public import PathValidation
import SwiftASN1
public import X509

/// A certificate authority for tests: `try TestAuthority.root("Root").issueIntermediate("Issuing").issueLeaf("a.example", san: ["a.example"])`.
///
/// Every maker takes a closure that changes the profile before the certificate is signed.
public struct TestAuthority: Sendable {
    public let issued: IssuedCertificate

    /// Issues with any certificate's key, whether it may or not.
    public init(issued: IssuedCertificate) { self.issued = issued }

    public var certificate: Certificate { issued.certificate }
    public var privateKey: Certificate.PrivateKey { issued.privateKey }
    public var der: [UInt8] { issued.der }
    public var pem: String { issued.pem }

    public static func root(_ name: String = "Test Root", _ change: (inout CertificateProfile) -> Void = { _ in }) throws -> TestAuthority {
        var profile = CertificateProfile.authority(pathLength: nil)
        change(&profile)
        return TestAuthority(issued: try IssuedCertificate.make(name, profile, by: nil))
    }

    public func issueIntermediate(
        _ name: String = "Test Issuing", pathLength: Int? = nil, _ change: (inout CertificateProfile) -> Void = { _ in }
    ) throws -> TestAuthority {
        var profile = CertificateProfile.authority(pathLength: pathLength)
        change(&profile)
        return TestAuthority(issued: try IssuedCertificate.make(name, profile, by: issued))
    }

    /// - Parameter san: DNS names and address literals; nil makes a certificate without subjectAltName.
    public func issueLeaf(
        _ name: String = "leaf.example", san: [String]? = ["leaf.example"], _ change: (inout CertificateProfile) -> Void = { _ in }
    ) throws -> IssuedCertificate {
        var profile = CertificateProfile.leaf(names: san)
        change(&profile)
        return try IssuedCertificate.make(name, profile, by: issued)
    }

    /// A server certificate that is its own issuer and no authority.
    public static func selfSignedLeaf(
        _ name: String = "leaf.example", san: [String]? = ["leaf.example"], _ change: (inout CertificateProfile) -> Void = { _ in }
    ) throws -> IssuedCertificate {
        var profile = CertificateProfile.leaf(names: san)
        change(&profile)
        return try IssuedCertificate.make(name, profile, by: nil)
    }

    /// The same name and key as `other`, vouched for by this authority.
    public func crossSign(_ other: TestAuthority, _ change: (inout CertificateProfile) -> Void = { _ in }) throws -> TestAuthority {
        var profile = CertificateProfile.authority(pathLength: nil)
        profile.subject = other.certificate.subject
        profile.privateKey = other.privateKey
        change(&profile)
        return TestAuthority(issued: try IssuedCertificate.make("", profile, by: issued))
    }
}

extension TestAuthority {
    /// A complete list of this authority's, DER.
    public func crl(
        revoking revoked: [IssuedCertificate] = [], number: Int = 1, at moment: Date = TestClock.now, reason: RevocationReason? = nil,
        thisUpdate: Date = TestClock.now - TestClock.days(1), nextUpdate: Date = TestClock.now + TestClock.days(7)
    ) throws -> [UInt8] {
        try CertificateRevocationList.make(
            issuer: certificate, privateKey: privateKey, number: number, thisUpdate: thisUpdate, nextUpdate: nextUpdate,
            revoked: revoked.map { (serial: Array($0.certificate.serialNumber.bytes), at: moment, reason: reason) })
    }
}

extension IssuedCertificate {
    static func make(_ name: String, _ profile: CertificateProfile, by issuer: IssuedCertificate?) throws -> IssuedCertificate {
        let key = try profile.privateKey ?? profile.key.makeKey()
        let subject =
            profile.subject
            ?? DistinguishedName([
                RelativeDistinguishedName([.init(type: .RDNAttributeType.organizationName, utf8String: "Midguard Test")]),
                RelativeDistinguishedName([.init(type: .RDNAttributeType.commonName, utf8String: name)]),
            ])
        let signer = issuer?.privateKey ?? key
        let extensions = profile.version == .v3 ? try profile.encodedExtensions(key: key.publicKey, issuer: issuer) : []
        let serial = profile.serial.map { Certificate.SerialNumber(bytes: $0) } ?? .init()
        let issuerName = issuer?.certificate.subject ?? subject
        let all = try Certificate.Extensions(extensions)
        let certificate: Certificate
        if let algorithm = profile.signatureAlgorithm {
            certificate = try Certificate(
                version: profile.version, serialNumber: serial, publicKey: key.publicKey, notValidBefore: profile.notBefore,
                notValidAfter: profile.notAfter, issuer: issuerName, subject: subject, signatureAlgorithm: algorithm, extensions: all,
                issuerPrivateKey: signer)
        } else {
            certificate = try Certificate(
                version: profile.version, serialNumber: serial, publicKey: key.publicKey, notValidBefore: profile.notBefore,
                notValidAfter: profile.notAfter, issuer: issuerName, subject: subject, extensions: all, issuerPrivateKey: signer)
        }
        return try IssuedCertificate(certificate, key: key, issuers: issuer.map { [$0] + $0.issuers } ?? [])
    }
}

extension CertificateProfile {
    fileprivate func encodedExtensions(key: Certificate.PublicKey, issuer: IssuedCertificate?) throws -> [Certificate.Extension] {
        var all: [Certificate.Extension] = []
        if let basicConstraints { all.append(try .init(basicConstraints, critical: true)) }
        if let keyUsage { all.append(try .init(keyUsage, critical: true)) }
        if !extendedKeyUsage.isEmpty { all.append(try .init(ExtendedKeyUsage(extendedKeyUsage), critical: false)) }
        if let nameConstraints { all.append(try .init(nameConstraints, critical: true)) }
        if let alternativeNames { all.append(try .init(SubjectAlternativeNames(alternativeNames), critical: subject?.isEmpty ?? false)) }
        if hasKeyIdentifiers {
            all.append(try .init(SubjectKeyIdentifier(hash: key), critical: false))
            let authority = SubjectKeyIdentifier(hash: issuer?.certificate.publicKey ?? key)
            all.append(try .init(AuthorityKeyIdentifier(keyIdentifier: authority.keyIdentifier), critical: false))
        }
        let access =
            ocspURLs.map { AuthorityInformationAccess.AccessDescription(method: .ocspServer, location: .uniformResourceIdentifier($0)) }
            + issuerURLs.map { .init(method: .issuingCA, location: .uniformResourceIdentifier($0)) }
        if !access.isEmpty { all.append(try .init(AuthorityInformationAccess(access), critical: false)) }
        if !crlURLs.isEmpty { all.append(try .distributionPoints(crlURLs)) }
        return all + extensions
    }
}

extension Certificate.Extension {
    /// cRLDistributionPoints with one full name each (RFC 5280 §4.2.1.13).
    public static func distributionPoints(_ urls: [String]) throws -> Certificate.Extension {
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { points in
            for url in urls {
                try points.appendConstructedNode(identifier: .sequence) { point in
                    try point.appendConstructedNode(identifier: .zero) { name in
                        try name.appendConstructedNode(identifier: .zero) { full in
                            try full.serialize(GeneralName.uniformResourceIdentifier(url))
                        }
                    }
                }
            }
        }
        return Certificate.Extension(oid: [2, 5, 29, 31], critical: false, value: coder.serializedBytes[...])
    }
}

extension ASN1Identifier {
    fileprivate static let zero = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
}
