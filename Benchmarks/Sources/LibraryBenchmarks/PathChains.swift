import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// Chains of three for timing, of one root and one issuing authority: no certificate of a leaf or of an intermediate comes twice, so that what
/// a validator remembers of one round helps it in the next only as much as it should. Keys, names and extensions are as in
/// `perf-chains.json` of the corpora, which has one chain of each kind and no keys to make more.
///
/// The file: each certificate's length in four octets, big-endian, then its DER; the root, then leaf and intermediate of each chain.
struct PathChains {
    static let host = "www.example.com"
    /// 2026-07-01, inside of every certificate's validity.
    static let moment = Date(timeIntervalSince1970: 1_782_907_200)

    var root: [UInt8]
    var chains: [(leaf: [UInt8], intermediate: [UInt8])]

    init(file: String) throws {
        var rest = Array(try Data(contentsOf: URL(fileURLWithPath: file)))[...]
        var certificates: [[UInt8]] = []
        while !rest.isEmpty {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= length else { throw Misuse() }
            certificates.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard let root = certificates.first, certificates.count >= 3, !certificates.count.isMultiple(of: 2) else { throw Misuse() }
        self.root = root
        chains = stride(from: 1, to: certificates.count, by: 2).map { (certificates[$0], certificates[$0 + 1]) }
    }

    /// rsa2048|p256 COUNT FILE
    static func make(_ arguments: [String]) throws {
        guard arguments.count == 3, let kind = KeyKind(rawValue: arguments[0]), let count = Int(arguments[1]) else { throw Misuse() }
        let root = Authority(name: try name("\(kind) Root"), key: try kind.key())
        let issuing = Authority(name: try name("\(kind) Issuing CA"), key: try kind.key())
        let server = try DistinguishedName { CommonName(Self.host) }
        let leafKey = try kind.key().publicKey
        var file = Data()
        func append(_ certificate: Certificate) throws {
            let der = try certificate.der
            file.append(contentsOf: withUnsafeBytes(of: UInt32(der.count).bigEndian) { Array($0) })
            file.append(contentsOf: der)
        }
        try append(root.issue(root.name, root.key.publicKey, Self.rootExtensions(of: root.key.publicKey)))
        for _ in 0..<count {
            try append(issuing.issue(server, leafKey, leafExtensions(of: leafKey, by: issuing.key.publicKey)))
            let extensions = try intermediateExtensions(of: issuing.key.publicKey, by: root.key.publicKey)
            try append(root.issue(issuing.name, issuing.key.publicKey, extensions))
        }
        try file.write(to: URL(fileURLWithPath: arguments[2]))
    }

    static func name(_ commonName: String) throws -> DistinguishedName {
        try DistinguishedName {
            CountryName("US")
            OrganizationName("Perf Example")
            CommonName(commonName)
        }
    }

    static func rootExtensions(of key: Certificate.PublicKey) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
            SubjectKeyIdentifier(hash: key)
        }
    }

    private static func intermediateExtensions(
        of key: Certificate.PublicKey, by issuer: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
            Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
            try ExtendedKeyUsage([.serverAuth, .clientAuth])
            responder
            domainValidated
            SubjectKeyIdentifier(hash: key)
            AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: issuer).keyIdentifier)
        }
    }

    private static func leafExtensions(of key: Certificate.PublicKey, by issuer: Certificate.PublicKey) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            SubjectAlternativeNames([.dnsName("www.example.com"), .dnsName("example.com"), .dnsName("*.api.example.com")])
            try ExtendedKeyUsage([.serverAuth, .clientAuth])
            responder
            domainValidated
            SubjectKeyIdentifier(hash: key)
            AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: issuer).keyIdentifier)
        }
    }

    private static let responder = AuthorityInformationAccess([
        .init(method: .ocspServer, location: .uniformResourceIdentifier("http://ocsp.example.com"))
    ])

    /// certificatePolicies (RFC 5280 §4.2.1.4): 2.23.140.1.2.1 alone.
    private static let domainValidated = Certificate.Extension(
        oid: [2, 5, 29, 32], critical: false, value: [0x30, 0x0A, 0x30, 0x08, 0x06, 0x06, 0x67, 0x81, 0x0C, 0x01, 0x02, 0x01])
}

enum KeyKind: String {
    case rsa2048, p256

    func key() throws -> Certificate.PrivateKey {
        switch self {
        case .rsa2048: Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        case .p256: Certificate.PrivateKey(P256.Signing.PrivateKey())
        }
    }
}

struct Authority {
    var name: DistinguishedName
    var key: Certificate.PrivateKey

    func issue(_ subject: DistinguishedName, _ key: Certificate.PublicKey, _ extensions: Certificate.Extensions) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: Date(timeIntervalSince1970: 1_577_836_800),
            notValidAfter: Date(timeIntervalSince1970: 2_524_607_999), issuer: name, subject: subject, extensions: extensions,
            issuerPrivateKey: self.key)
    }
}

extension Certificate {
    var der: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(self)
            return serializer.serializedBytes
        }
    }
}
