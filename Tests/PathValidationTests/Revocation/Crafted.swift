import CertificateFactory
import Crypto
import Foundation
import PathValidation
import StrictDER
import X509

/// Lists and answers written field by field, so that a test can write any field wrongly. Keys are P-256.
enum Crafted {
    static let ecdsaWithSHA256 = DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 2)))

    static func sign(_ content: [UInt8], by key: Certificate.PrivateKey) throws -> [UInt8] {
        try key.sign(bytes: content, signatureAlgorithm: .ecdsaWithSHA256).rawRepresentation
    }

    static func seal(_ content: [UInt8], by key: Certificate.PrivateKey, more: [UInt8] = []) throws -> [UInt8] {
        DER.sequence(content, ecdsaWithSHA256, DER.bits(try sign(content, by: key)), more)
    }

    static func item(_ identifier: ObjectIdentifier, critical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        DER.sequence(DER.oid(identifier), critical ? [1, 1, 0xFF] : [], DER.octets(value))
    }

    static func generalized(_ date: Date) -> [UInt8] { DERTime.generalized(milliseconds: Int64(date.timeIntervalSince1970 * 1000)) }
    static func time(_ date: Date) -> [UInt8] { DERTime.certificate(seconds: Int64(date.timeIntervalSince1970)) }
    static func reason(_ code: UInt8) -> [UInt8] { item(ObjectIdentifier(2, 5, 29, 21), [0x0A, 1, code]) }

    static let unknownExtension = ObjectIdentifier(1, 2, 3, 4, 5)
    static func uri(_ text: String) -> [UInt8] { DER.element(0x86, Array(text.utf8)) }
    static func directory(_ name: some Collection<UInt8>) -> [UInt8] { DER.explicit(4, Array(name)) }
    static func fullName(_ names: [UInt8]...) -> [UInt8] { DER.explicit(0, DER.explicit(0, Array(names.joined()))) }
    static func relativeName(_ common: String) -> [UInt8] {
        DER.explicit(0, DER.explicit(1, DER.sequence(DER.oid(ObjectIdentifier(2, 5, 4, 3)), DER.utf8(common))))
    }
    static func name(_ common: String) -> [UInt8] {
        DER.sequence(DER.set(of: [DER.sequence(DER.oid(ObjectIdentifier(2, 5, 4, 3)), DER.utf8(common))]))
    }
    /// ReasonFlags, tagged; `bits` from bit 0 on.
    static func reasons(_ tag: UInt8, _ bits: Int...) -> [UInt8] {
        let octets = bits.reduce(into: [UInt8](repeating: 0, count: 2)) { $0[$1 / 8] |= 0x80 >> UInt8($1 % 8) }
        // Nine flags in two octets: seven bits are unused.
        return DER.element(tag, [7] + octets)
    }
    static func points(_ points: [UInt8]...) throws -> Certificate.Extension {
        try .crafted("2.5.29.31", DER.sequence(points.map { DER.sequence($0) }))
    }
}

extension IssuedCertificate {
    var outline: CertificateOutline { get throws { try CertificateOutline(der: der[...]) } }
    var subjectDER: [UInt8] { get throws { Array(try outline.subject) } }
    var issuerDER: [UInt8] { get throws { Array(try outline.issuer) } }
    /// INTEGER.
    var serialDER: [UInt8] { get throws { DER.element(0x02, try outline.serial) } }
    var keyBits: [UInt8] {
        get throws {
            var fields = try DERReader.single(0x30, in: outline.publicKeyInfo, "key").inside
            _ = try fields.next("algorithm")
            return Array(try fields.take(0x03, "key").bits("key"))
        }
    }
}

struct CraftedList {
    var issuer: IssuedCertificate
    var version: [UInt8] = DER.integer(1)
    var innerAlgorithm = Crafted.ecdsaWithSHA256
    var thisUpdate = Crafted.time(TestClock.now - TestClock.days(1))
    var nextUpdate = Crafted.time(TestClock.now + TestClock.days(7))
    /// What follows nextUpdate; nil: `entries`.
    var entries: [[UInt8]] = []
    var number: Int? = 5
    var baseNumber: Int?
    /// Value of issuingDistributionPoint.
    var scope: [UInt8]?
    var extensions: [[UInt8]] = []
    var hasKeyIdentifier = true
    var key: Certificate.PrivateKey?

    init(_ issuer: IssuedCertificate) { self.issuer = issuer }

    static func entry(
        _ certificate: IssuedCertificate, at date: Date = TestClock.now - TestClock.days(2), _ extensions: [UInt8]...
    ) throws -> [UInt8] {
        DER.sequence(try certificate.serialDER, Crafted.time(date), extensions.isEmpty ? [] : DER.sequence(extensions))
    }

    var content: [UInt8] {
        get throws {
            var all: [[UInt8]] = []
            if hasKeyIdentifier, let identifier = try issuer.outline.subjectKeyIdentifier {
                all.append(Crafted.item(CertificateOutline.authorityKeyIdentifierExtension, DER.sequence(DER.element(0x80, identifier))))
            }
            if let number { all.append(Crafted.item(ObjectIdentifier(2, 5, 29, 20), DER.integer(number))) }
            if let baseNumber { all.append(Crafted.item(ObjectIdentifier(2, 5, 29, 27), critical: true, DER.integer(baseNumber))) }
            if let scope { all.append(Crafted.item(ObjectIdentifier(2, 5, 29, 28), critical: true, scope)) }
            all += extensions
            return DER.sequence(
                version, innerAlgorithm, try issuer.subjectDER, thisUpdate, nextUpdate, entries.isEmpty ? [] : DER.sequence(entries),
                all.isEmpty ? [] : DER.explicit(0, DER.sequence(all)))
        }
    }

    var der: [UInt8] { get throws { try Crafted.seal(content, by: key ?? issuer.privateKey) } }
    var list: CertificateRevocationList { get throws { try CertificateRevocationList(der) } }
    func sourced(_ name: String = "list") throws -> SourcedList { SourcedList(try list, source: name) }
}

struct CraftedAnswer {
    enum Status {
        case good, unknown
        case revoked(reason: UInt8?)
        var der: [UInt8] {
            switch self {
            case .good: [0x80, 0]
            case .unknown: [0x82, 0]
            case .revoked(let reason):
                DER.explicit(
                    1, Crafted.generalized(TestClock.now - TestClock.days(3)) + (reason.map { DER.explicit(0, [0x0A, 1, $0]) } ?? []))
            }
        }
    }
    struct Single {
        var identifier: [UInt8]
        var status: Status = .good
        var thisUpdate = Crafted.generalized(TestClock.now - 3600)
        var nextUpdate: [UInt8] = DER.explicit(0, Crafted.generalized(TestClock.now + 3600))
        var extensions: [[UInt8]] = []
        var more: [UInt8] = []
        var der: [UInt8] {
            DER.sequence(
                identifier, status.der, thisUpdate, nextUpdate, extensions.isEmpty ? [] : DER.explicit(1, DER.sequence(extensions)), more)
        }
    }

    var singles: [Single]
    /// ResponderID.
    var responder: [UInt8]
    var key: Certificate.PrivateKey
    var version: [UInt8] = []
    var producedAt = Crafted.generalized(TestClock.now - 3600)
    var extensions: [[UInt8]] = []
    var certificates: [[UInt8]] = []
    /// Appended inside each wrapper, from the outermost in.
    var appended: (outer: [UInt8], bytes: [UInt8], basic: [UInt8], data: [UInt8]) = ([], [], [], [])

    /// Signed by `signer`, whom it names.
    init(about singles: [Single], by signer: IssuedCertificate, byKey: Bool = true) throws {
        self.singles = singles
        responder = byKey ? try Self.keyResponder(signer) : DER.explicit(1, try signer.subjectDER)
        key = signer.privateKey
    }

    static func keyResponder(_ signer: IssuedCertificate) throws -> [UInt8] { DER.explicit(2, DER.octets(sha1(try signer.keyBits))) }

    /// certID as our own request writes it.
    static func identifier(_ certificate: IssuedCertificate, _ issuer: IssuedCertificate, _ hash: OCSPCertID.Hash = .sha1) throws -> [UInt8]
    {
        let request = try OCSPRequest.make(for: certificate.outline, issuer: issuer.outline, hash: hash)
        var reader = try DERReader.single(0x30, in: request[...], "request").inside
        var data = try reader.take(0x30, "tbsRequest").inside
        var list = try data.take(0x30, "requestList").inside
        var one = try list.take(0x30, "request").inside
        return Array(try one.take(0x30, "reqCert").encoded)
    }

    var der: [UInt8] {
        get throws {
            let data = DER.sequence(
                version, responder, producedAt, DER.sequence(singles.map(\.der)),
                extensions.isEmpty ? [] : DER.explicit(1, DER.sequence(extensions)), appended.data)
            let sent = certificates.isEmpty ? [] : DER.explicit(0, DER.sequence(certificates))
            let basic = try Crafted.seal(data, by: key, more: sent + appended.basic)
            let bytes = DER.sequence(DER.oid(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 1)), DER.octets(basic), appended.bytes)
            return DER.sequence([0x0A, 1, 0], DER.explicit(0, bytes), appended.outer)
        }
    }
}

func sha1(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.SHA1.hash(data: bytes)) }
