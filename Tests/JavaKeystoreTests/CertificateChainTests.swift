import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

@Suite("A chain is found in any order of its certificates") struct CertificateChainTests {
    static func certificates(_ names: [String]) throws -> [StoredCertificate] {
        try names.map { try MaterialVectors.certificate($0 + ".pem") }
    }
    static let right = ["leaf", "intermediate", "root"]
    static let orders = [
        ["leaf", "intermediate", "root"], ["leaf", "root", "intermediate"], ["root", "leaf", "intermediate"],
        ["root", "intermediate", "leaf"], ["intermediate", "leaf", "root"], ["intermediate", "root", "leaf"],
    ]

    @Test(arguments: orders, [true, false]) func order(names: [String], withKey: Bool) throws {
        let key = withKey ? try MaterialVectors.key("leaf-key.pem").publicKeyInfo() : nil
        let chain = CertificateChain.ordered(try Self.certificates(names), for: key)
        #expect(try chain.certificates == Self.certificates(Self.right))
        #expect(chain.end == .selfSigned)
        #expect(chain.wasReordered == (names != Self.right))
        #expect(chain.leftOver.isEmpty && chain.duplicates.isEmpty && chain.unreadable.isEmpty)
    }

    @Test func missingRootAndIssuer() throws {
        let noRoot = CertificateChain.ordered(try Self.certificates(["intermediate", "leaf"]))
        #expect(noRoot.end == .issuerMissing(name: "CN=root,O=Vectors"))
        #expect(noRoot.certificates.count == 2)
        let key = try MaterialVectors.key("leaf-key.pem").publicKeyInfo()
        let gap = CertificateChain.ordered(try Self.certificates(["root", "leaf"]), for: key)
        #expect(gap.end == .issuerMissing(name: "CN=intermediate,O=Vectors"))
        #expect(try gap.leftOver == Self.certificates(["root"]))
    }

    @Test func leftOverDuplicateUnreadable() throws {
        let other = try SelfSignedCertificate(subject: DistinguishedName("CN=other"), notBefore: 0, notAfter: 1)
            .make(key: PrivateKeyInfo.generate(.p256))
        let garbage = StoredCertificate(der: [0x30, 0])
        let given = try Self.certificates(["root", "leaf", "root", "intermediate"]) + [other, garbage]
        let chain = CertificateChain.ordered(given, for: try MaterialVectors.key("leaf-key.pem").publicKeyInfo())
        #expect(try chain.certificates == Self.certificates(Self.right))
        #expect(chain.leftOver == [other] && chain.unreadable == [garbage])
        #expect(try chain.duplicates == Self.certificates(["root"]))
    }

    @Test func noneForTheKey() throws {
        let key = try MaterialVectors.key("ed25519.pem").publicKeyInfo()
        let chain = CertificateChain.ordered(try Self.certificates(Self.right), for: key)
        #expect(chain.certificates.isEmpty && chain.leftOver.count == 3 && chain.end == .empty && !chain.wasReordered)
        #expect(CertificateChain.ordered([]).end == .empty)
    }

    /// A certificate of that subject and issuer, as far as outlines go; nothing about it is signed.
    static func forged(_ subject: String, by issuer: String, until: Int64 = 1, number: Int = 1) throws -> StoredCertificate {
        let key = try MaterialVectors.key("leaf-key.pem").publicKeyInfo()
        let algorithm = DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 10045, 4, 3, 2)))
        let validity = DER.sequence(DERTime.certificate(seconds: 0), DERTime.certificate(seconds: until))
        let signed = DER.sequence(
            DER.explicit(0, DER.integer(2)), DER.integer(number), algorithm, try DistinguishedName(issuer).der, validity,
            try DistinguishedName(subject).der, key.der)
        return StoredCertificate(der: DER.sequence(signed, algorithm, DER.bits([0])))
    }

    @Test func circlesEnd() throws {
        let circle = try [Self.forged("CN=a", by: "CN=b"), Self.forged("CN=b", by: "CN=c"), Self.forged("CN=c", by: "CN=a")]
        let chain = CertificateChain.ordered(circle)
        #expect(chain.end == .unbounded && chain.certificates.count == 3)
        let long = try (0..<100).map { try Self.forged("CN=\($0)", by: "CN=\($0 + 1)") }
        #expect(CertificateChain.ordered(long.reversed()).certificates.count == CertificateChain.lengthLimit)
    }

    @Test func theNewerOfTwoAlikeAndNamesInOtherSpelling() throws {
        let old = try Self.forged("CN=CA,O=X", by: "CN=CA,O=X", until: 10)
        let new = try Self.forged("cn=ca, o=x", by: "cn=ca, o=x", until: 20, number: 2)
        let leaf = try Self.forged("CN=leaf", by: "CN=Ca,O=X")
        let chain = CertificateChain.ordered([old, new, leaf])
        #expect(chain.certificates == [leaf, new])
        #expect(chain.leftOver == [old])
    }

    @Test func thousandsOfOneName() throws {
        let many = try (0..<5000).map { try Self.forged("CN=same", by: "CN=same \($0 % 2)", number: $0) }
        let started = ContinuousClock.now
        let chain = CertificateChain.ordered(many)
        #expect(chain.certificates.count == 1)
        #expect(ContinuousClock.now - started < .seconds(10))
    }
}

@Suite("A key's certificate is known by its public key") struct KeyPairMatchTests {
    @Test(arguments: GeneratedKey.allCases.filter { $0 != .rsa3072 && $0 != .rsa4096 }) func ours(kind: GeneratedKey) throws {
        let key = try PrivateKeyInfo.generate(kind)
        let subject = try DistinguishedName("CN=match")
        let certificate = try SelfSignedCertificate(subject: subject, notBefore: 0, notAfter: 1).make(key: key)
        #expect(KeyPairMatch.of(key, and: certificate) == .yes)
        #expect(KeyPairMatch.of(try .generate(kind), and: certificate) == .no)
        #expect(KeyPairMatch.of(try .generate(kind == .p256 ? .p384 : .p256), and: certificate) == .no)
    }

    @Test func whatCannotBeTold() throws {
        let leaf = try MaterialVectors.certificate("leaf.pem")
        let dsa = try MaterialVectors.key("dsa.pem")
        #expect(KeyPairMatch.of(dsa, and: leaf) == .no)
        let unreadable = KeyPairMatch.of(dsa, and: StoredCertificate(der: [1, 2, 3]))
        guard case .unknown(because: .malformed) = unreadable else { return #expect(Bool(false), "\(unreadable)") }
    }

    @Test func pointsCompressedOrNot() throws {
        let key = try MaterialVectors.key("leaf-key.pem")
        let full = try key.publicKeyInfo()
        let compressed = [2 | (full.bits.last ?? 0) & 1] + full.bits[1...32]
        let other = [3 - (full.bits.last ?? 0) & 1] + full.bits[1...32]
        func info(_ bits: [UInt8]) throws -> PublicKeyInfo {
            try PublicKeyInfo(algorithm: KeyAlgorithm.ellipticCurveIdentifier, parameters: full.parameters, bits: bits)
        }
        #expect(KeyPairMatch.of(key, and: try info(compressed)) == .yes)
        #expect(KeyPairMatch.of(key, and: try info(other)) == .no)
        #expect(KeyPairMatch.of(key, and: try info([])) == .no)
    }
}
