import Crypto
import Foundation
import SwiftASN1
import X509

/// A certification authority such as a TLS-inspecting firewall carries: it makes up a certificate for any host.
struct InspectingAuthority {
    private let key: P256.Signing.PrivateKey
    private let root: Certificate

    init(now: Date) throws {
        let key = P256.Signing.PrivateKey()
        self.key = key
        let name = try DistinguishedName {
            CommonName("Example TLS Inspection CA")
            OrganizationName("Example Firewall")
        }
        root = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: now - 3_600,
            notValidAfter: now + 30 * 86_400,
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: .init(key.publicKey))
            }, issuerPrivateKey: .init(key))
    }

    /// What the device would present for `host`: end entity, then its root.
    func imitate(_ host: String, now: Date) throws -> (chain: [[UInt8]], keyPEM: String) {
        let leafKey = P256.Signing.PrivateKey()
        let leaf = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(leafKey.publicKey), notValidBefore: now - 3_600,
            notValidAfter: now + 86_400,
            issuer: root.subject, subject: try DistinguishedName { CommonName(host) }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName(host)])
            }, issuerPrivateKey: .init(key))
        return ([try der(leaf), try der(root)], leafKey.pemRepresentation)
    }

    private func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
