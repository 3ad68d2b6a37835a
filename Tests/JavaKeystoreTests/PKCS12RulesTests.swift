import Counterparts
import Crypto
import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

/// Certificates made by OpenSSL: two authorities of one name, told apart by their keys, one without key identifier, and what they issued.
struct PKCS12Material: Sendable {
    let folder: TemporaryFolder
    let key: PrivateKeyInfo
    let leafOfFirst: StoredCertificate, leafOfSecond: StoredCertificate, leafOfPlain: StoredCertificate
    let first: StoredCertificate, second: StoredCertificate, plain: StoredCertificate

    init() throws {
        let folder = try TemporaryFolder()
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        func issue(_ name: String, by authority: String, plain: Bool = false) throws -> StoredCertificate {
            try Counterpart.openssl.run(
                ["req"] + curve + ["-subj", "/O=Tests/CN=\(name)", "-keyout", "\(name).key", "-out", "r"], in: folder)
            let identifiers = plain ? "basicConstraints=CA:FALSE" : "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash"
            _ = try folder.write(identifiers, to: "e")
            try Counterpart.openssl.run(
                ["x509", "-req", "-in", "r", "-CA", "\(authority).pem", "-CAkey", "\(authority).key", "-days", "999", "-extfile", "e"]
                    + ["-outform", "DER", "-out", "\(name).der"], in: folder)
            return StoredCertificate(der: try folder.read("\(name).der"))
        }
        func authority(_ file: String, subject: String, extensions: [String] = []) throws -> StoredCertificate {
            try Counterpart.openssl.run(
                ["req", "-x509"] + curve + ["-subj", subject, "-days", "999", "-keyout", "\(file).key", "-out", "\(file).pem"] + extensions,
                in: folder)
            try Counterpart.openssl.run(["x509", "-in", "\(file).pem", "-outform", "DER", "-out", "\(file).der"], in: folder)
            return StoredCertificate(der: try folder.read("\(file).der"))
        }
        first = try authority("first", subject: "/O=Tests/CN=Authority")
        second = try authority("second", subject: "/O=Tests/CN=Authority")
        plain = try authority("plain", subject: "/O=Tests/CN=Plain", extensions: ["-addext", "subjectKeyIdentifier=none"])
        leafOfFirst = try issue("one", by: "first")
        leafOfSecond = try issue("two", by: "second")
        leafOfPlain = try issue("three", by: "plain", plain: true)
        try Counterpart.openssl.run(["pkcs8", "-topk8", "-nocrypt", "-in", "one.key", "-outform", "DER", "-out", "one.p8"], in: folder)
        key = try PrivateKeyInfo(der: folder.read("one.p8"))
        self.folder = folder
    }
}

/// A bag put together by hand.
private struct HandmadeBag {
    var der: [UInt8]

    private init(_ type: ObjectIdentifier, _ value: [UInt8], _ name: String?, _ identifier: String?, isTrusted: Bool = false) {
        var attributes: [[UInt8]] = []
        if let name {
            let text = DER.element(DERElement.Tag.bmpString, name.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
            attributes.append(DER.sequence(DER.oid(PKCS12Identifiers.friendlyName), DER.set(of: [text])))
        }
        if let identifier {
            attributes.append(DER.sequence(DER.oid(PKCS12Identifiers.localKeyID), DER.set(of: [DER.octets(Array(identifier.utf8))])))
        }
        if isTrusted { attributes.append(DER.sequence(DER.oid(PKCS12Identifiers.trustedKeyUsage), TrustedKeyUsage.any)) }
        der = DER.sequence(DER.oid(type), DER.explicit(0, value), attributes.isEmpty ? [] : DER.set(of: attributes))
    }

    static func key(_ key: ProtectedKey, _ name: String?, id: String?) -> HandmadeBag {
        HandmadeBag(PKCS12Identifiers.bag(key.isInTheClear ? .key : .shroudedKey), Array(key.stored), name, id)
    }
    static func certificate(_ certificate: StoredCertificate, _ name: String?, id: String?, isTrusted: Bool = false) -> HandmadeBag {
        let value = DER.sequence(DER.oid(PKCS12Identifiers.x509Certificate), DER.explicit(0, DER.octets(certificate.bytes)))
        return HandmadeBag(PKCS12Identifiers.bag(.certificate), value, name, id, isTrusted: isTrusted)
    }
    static func secret(_ key: ProtectedSecretKey, _ name: String?, id: String?) -> HandmadeBag {
        HandmadeBag(PKCS12Identifiers.bag(.secret), SecretBag.encode(key), name, id)
    }
    static func nested(_ bags: [HandmadeBag]) -> HandmadeBag {
        HandmadeBag(PKCS12Identifiers.bag(.safeContents), DER.sequence(bags.map(\.der)), nil, nil)
    }
    static let revocationList = HandmadeBag(
        PKCS12Identifiers.bag(.revocationList),
        DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 23, 1)), DER.explicit(0, DER.octets([0x30, 0]))), nil, nil)
    static let unheardOf = HandmadeBag(ObjectIdentifier(1, 2, 3, 4), DER.sequence(), "unheard of", nil)

    /// A file without encryption and MAC.
    static func file(_ safes: [[HandmadeBag]]) -> [UInt8] {
        func info(_ contents: [UInt8]) -> [UInt8] {
            DER.sequence(DER.oid(PKCS12Identifiers.data), DER.explicit(0, DER.octets(contents)))
        }
        return DER.sequence(DER.integer(3), info(DER.sequence(safes.map { info(DER.sequence($0.map(\.der))) })))
    }
}

@Suite("Bags become the entries that the JDK makes of them", .enabled(if: KeystoreProbe.hasJava)) struct PKCS12RulesTests {
    static let password = "Secret-0-pass"

    private func files(_ material: PKCS12Material) throws -> [(name: String, bytes: [UInt8], unseen: [UnseenEntry.Reason])] {
        let password = KeystorePassword(Self.password)
        let key = try ProtectedKey.protecting(material.key, password: password, in: .pkcs12(.standard))
        let secret = try ProtectedSecretKey.protecting(
            SecretKey(algorithm: "AES", bytes: Array(0..<16)), alias: "s", password: password, in: .pkcs12(.standard))
        let clear = ProtectedKey(.pkcs8, stored: material.key.der[...])
        let (one, two, three) = (material.leafOfFirst, material.leafOfSecond, material.leafOfPlain)
        let (first, second, plain) = (material.first, material.second, material.plain)
        typealias B = HandmadeBag
        return [
            (
                "names count",
                B.file([[.key(key, nil, id: "a"), .secret(secret, nil, id: nil), .certificate(one, nil, id: nil, isTrusted: true)]]), []
            ),
            (
                "only key without identifier",
                B.file([[.key(key, "k", id: nil)], [.certificate(one, nil, id: nil), .certificate(first, nil, id: nil)]]), []
            ),
            (
                "second key without identifier",
                B.file([[.key(key, "k", id: nil), .key(key, "l", id: nil)], [.certificate(one, nil, id: nil)]]),
                [.keyWithoutIdentifier, .certificateNotMarkedTrusted]
            ),
            ("certificates first", B.file([[.certificate(one, nil, id: nil)], [.key(key, "k", id: nil)]]), [.certificateNotMarkedTrusted]),
            (
                "by name", B.file([[.key(key, "Name", id: "a")], [.certificate(two, "x", id: nil), .certificate(one, "nAME", id: "b")]]),
                [.certificateNotMarkedTrusted]
            ),
            (
                "the last of an identifier",
                B.file([
                    [.key(key, "k", id: "a")],
                    [.certificate(one, nil, id: "a"), .certificate(two, "x", id: "a"), .certificate(three, "K", id: nil)],
                ]),
                [.certificateNotMarkedTrusted, .certificateNotMarkedTrusted]
            ),
            (
                "identifier and name",
                B.file([[.key(key, "k", id: "a")], [.certificate(one, "K", id: "a"), .certificate(two, "x", id: "a")]]),
                [.certificateNotMarkedTrusted]
            ),
            (
                "authorities of one name",
                B.file([
                    [.key(key, "k", id: "a"), .key(key, "l", id: "b")],
                    [
                        .certificate(one, nil, id: "a"), .certificate(two, nil, id: "b"), .certificate(first, nil, id: nil),
                        .certificate(second, nil, id: nil),
                    ],
                ]), []
            ),
            (
                "another authority of the name",
                B.file([[.key(key, "k", id: "a")], [.certificate(two, nil, id: "a"), .certificate(first, nil, id: nil)]]),
                [.certificateNotMarkedTrusted]
            ),
            (
                "no key identifiers",
                B.file([[.key(key, "k", id: "a")], [.certificate(three, nil, id: "a"), .certificate(plain, nil, id: nil)]]), []
            ),
            (
                "through a trusted one",
                B.file([[.key(key, "k", id: "a")], [.certificate(one, nil, id: "a"), .certificate(first, "ca", id: nil, isTrusted: true)]]),
                []
            ),
            (
                "a trusted one begins no chain", B.file([[.key(key, "k", id: "a")], [.certificate(one, "k2", id: "a", isTrusted: true)]]),
                []
            ),
            (
                "one alias",
                B.file([
                    [.key(key, "Alias", id: "Time 5")],
                    [.certificate(one, "ALIAS", id: nil, isTrusted: true), .certificate(two, "alias", id: nil, isTrusted: true)],
                ]),
                [.replaced, .replaced]
            ),
            (
                "dates",
                B.file([
                    [
                        .key(key, "a", id: "Time 1234567890123"), .key(key, "b", id: "Time +5"), .key(key, "c", id: "Time -5"),
                        .key(key, "d", id: "Time 5 "),
                    ]
                ]), []
            ),
            (
                "others",
                B.file([
                    [
                        .revocationList, .unheardOf, .nested([.key(key, "in", id: "a"), .certificate(one, "in", id: "a")]),
                        .key(clear, "c", id: "z"),
                    ]
                ]),
                [.unknownBag, .unknownBag, .unknownBag, .unknownBag, .keyInTheClear]
            ),
            ("nothing", B.file([]), []),
            ("bytes behind", B.file([[.certificate(one, "t", id: nil, isTrusted: true)]]) + [0x30, 0x80, 0xFF], []),
        ]
    }

    @Test func asJava() throws {
        let material = try PKCS12Material()
        let files = try files(material)
        for file in files { try material.folder.write(file.bytes, to: file.name) }
        let requests = files.map { KeystoreProbe.Request(file: $0.name, type: "PKCS12", password: Self.password) }
        let answers = try KeystoreProbe().answers(to: requests, in: material.folder)
        for (file, theirs) in zip(files, answers) {
            #expect(theirs.last?.error == nil, "\(file.name)")
            let reading = try Keystore.read(file.bytes, password: KeystorePassword(Self.password))
            #expect(reading.integrity == .absent)
            #expect(
                reading.unseen.map(\.reason).sorted { $0.rawValue < $1.rawValue } == file.unseen.sorted { $0.rawValue < $1.rawValue },
                "\(file.name)")
            #expect(theirs.last?.entries == reading.keystore.entries.count, "\(file.name)")
            for answer in theirs.dropLast() {
                let alias = try #require(answer.alias)
                let entry = try #require(
                    reading.keystore.entries.first { JavaLowerCase.of($0.aliasUnits) == Array(alias.utf16) }, "\(file.name): \(alias)")
                #expect(kind(entry) == answer.kind, "\(file.name): \(alias)")
                #expect(
                    entry.certificates.map { hexadecimal(SHA256.hash(data: $0.bytes)) } == answer.certificates, "\(file.name): \(alias)")
                if let created = entry.createdMilliseconds { #expect(created == answer.created, "\(file.name): \(alias)") }
            }
        }
    }

    private func kind(_ entry: Keystore.Entry) -> String {
        switch entry.content {
        case .privateKey: "privateKey"
        case .secretKey: "secretKey"
        case .trustedCertificate: "trustedCertificate"
        }
    }

    @Test func nestedSafesHaveAnEnd() throws {
        var bag = HandmadeBag.unheardOf
        for _ in 0..<7 { bag = .nested([bag]) }
        #expect(try PKCS12.bags(HandmadeBag.file([[bag]]), password: nil).count == 8)
        bag = .nested([bag])
        #expect(throws: KeystoreError.self) { try PKCS12.bags(HandmadeBag.file([[bag]]), password: nil) }
        #expect(throws: KeystoreError.self) { try Keystore.read(HandmadeBag.file([[bag]]), password: nil) }
    }

    @Test func oneFileKeepsFewBags() throws {
        let bags = Array(repeating: HandmadeBag.unheardOf, count: 100_000)
        #expect(throws: KeystoreError.self) { try Keystore.read(HandmadeBag.file([bags]), password: nil) }
    }
}
