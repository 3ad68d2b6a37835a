import Crypto
import Foundation
import NIOCore
import SwiftASN1
import X509

/// What the authority's certificates say.
enum CertificateProfile {
    static let day: Double = 86400
    static let rootDays: Double = 3650
    static let issuingDays: Double = 1825
    static let serverDays: Double = 90
    static let clientDays: Double = 60
    /// Certificates begin a little in the past: clocks differ.
    static let clockAllowance: Double = 300

    static func distinguishedName(_ commonName: String) throws -> DistinguishedName {
        try DistinguishedName {
            CommonName(commonName)
            OrganizationName("Midguard instance")
        }
    }

    static func root(key: Certificate.PrivateKey, name: String, now: Date) throws -> Certificate {
        let subject = try distinguishedName(name)
        let identifier = SubjectKeyIdentifier(hash: key.publicKey)
        return try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: now.addingTimeInterval(-clockAllowance),
            notValidAfter: now.addingTimeInterval(rootDays * day), issuer: subject, subject: subject,
            signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                identifier
            }, issuerPrivateKey: key)
    }

    static func issuing(key: Certificate.PrivateKey, name: String, root: SigningPair, places: AuthorityPlaces, now: Date) throws
        -> Certificate
    {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: now.addingTimeInterval(-clockAllowance),
            notValidAfter: min(now.addingTimeInterval(issuingDays * day), root.certificate.notValidAfter),
            issuer: root.certificate.subject, subject: try distinguishedName(name), signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: root.key.publicKey).keyIdentifier)
                places.informationAccess(issuer: .root)
                try places.distributionPoint(issuer: .root)
            }, issuerPrivateKey: root.key)
    }

    static func server(
        key: Certificate.PublicKey, names: [String], issuing: SigningPair, places: AuthorityPlaces, days: Double, now: Date
    ) throws -> Certificate {
        let alternativeNames = try names.map(generalName)
        return try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: now.addingTimeInterval(-clockAllowance),
            notValidAfter: min(now.addingTimeInterval(days * day), issuing.certificate.notValidAfter),
            issuer: issuing.certificate.subject, subject: try DistinguishedName { CommonName(names.first ?? "server") },
            signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectKeyIdentifier(hash: key)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: issuing.key.publicKey).keyIdentifier)
                SubjectAlternativeNames(alternativeNames)
                places.informationAccess(issuer: .issuing)
                try places.distributionPoint(issuer: .issuing)
            }, issuerPrivateKey: issuing.key)
    }

    /// For an agent that logs in by its key.
    static func client(
        key: Certificate.PublicKey, agent: String, issuing: SigningPair, places: AuthorityPlaces, now: Date
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: now.addingTimeInterval(-clockAllowance),
            notValidAfter: min(now.addingTimeInterval(clientDays * day), issuing.certificate.notValidAfter),
            issuer: issuing.certificate.subject,
            subject: try DistinguishedName {
                CommonName(agent)
                OrganizationalUnitName("Agents")
                OrganizationName("Midguard instance")
            }, signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth])
                SubjectKeyIdentifier(hash: key)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: issuing.key.publicKey).keyIdentifier)
                places.informationAccess(issuer: .issuing)
                try places.distributionPoint(issuer: .issuing)
            }, issuerPrivateKey: issuing.key)
    }

    /// An address becomes an iPAddress, anything that looks like a host name a dNSName.
    static func generalName(_ name: String) throws -> GeneralName {
        if let address = try? SocketAddress(ipAddress: name, port: 0) {
            switch address {
            case .v4(let v4): return .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: v4.address.sin_addr) { ArraySlice($0) }))
            case .v6(let v6): return .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: v6.address.sin6_addr) { ArraySlice($0) }))
            case .unixDomainSocket: throw InstanceAuthorityError.nameInvalid(name)
            }
        }
        let allowed = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-._*".utf8.contains($0)
        }
        guard (1...253).contains(name.utf8.count), allowed, !name.hasPrefix("."), !name.hasPrefix("-") else {
            throw InstanceAuthorityError.nameInvalid(name)
        }
        return .dnsName(name)
    }
}
