import Counterparts
import Crypto
import Foundation
import Testing

@testable import AgentIdentity

@Suite("A generated identity has the shape that vendor agents give theirs") struct IdentityKeyPairTests {
    @Test func opensslReadsIt() throws {
        let folder = try TemporaryFolder()
        let pair = try Shared.first.get()
        try folder.write(pair.certificateDER, to: "c.der")
        let text = try Counterpart.openssl.run(["x509", "-inform", "DER", "-in", "c.der", "-noout", "-text"], in: folder)
        let name = "CN = snc-mid-datacenter_dev_7-0123456789abcdef0123456789abcdef, DC = service-now, DC = com"
        for expected in [
            "Version: 3 (0x2)", "Serial Number: 1603732292 (0x5f970344)", "Signature Algorithm: sha512WithRSAEncryption",
            "Issuer: \(name)\n",
            "Subject: \(name)\n", "Not Before: Oct 26 17:11:32 2020 GMT", "Not After : Oct 26 17:11:32 2021 GMT", "Public-Key: (2048 bit)",
            "Exponent: 65537 (0x10001)",
        ] { #expect(text.contains(expected), "\(expected) in \(text)") }
        #expect(!text.contains("X509v3 extensions"))

        try Counterpart.openssl.run(["x509", "-inform", "DER", "-in", "c.der", "-out", "c.pem"], in: folder)
        let verified = try Counterpart.openssl.run(
            ["verify", "-attime", "1603732300", "-check_ss_sig", "-CAfile", "c.pem", "c.pem"], in: folder)
        #expect(verified.contains("c.pem: OK"))
    }

    @Test func keytoolReadsIt() throws {
        let folder = try TemporaryFolder()
        let pair = try Shared.first.get()
        try folder.write(pair.certificateDER, to: "c.der")
        let text = try Counterpart.keytool.run(["-printcert", "-file", "c.der"], in: folder)
        let fingerprint = SHA256.hash(data: pair.certificateDER).map { String(format: "%02X", $0) }.joined(separator: ":")
        for expected in [
            "snc-mid-datacenter_dev_7-0123456789abcdef0123456789abcdef", "Serial number: 5f970344",
            "Signature algorithm name: SHA512withRSA",
            "Subject Public Key Algorithm: 2048-bit RSA key", "Version: 3", "SHA256: \(fingerprint)",
            "Valid from: Mon Oct 26 17:11:32 UTC 2020 until: Tue Oct 26 17:11:32 UTC 2021",
        ] { #expect(text.contains(expected), "\(expected) in \(text)") }
        #expect(!text.contains("Extensions"))
    }

    @Test func thumbprintIsThatOfThePublicKey() throws {
        let folder = try TemporaryFolder()
        let pair = try Shared.first.get()
        try folder.write(pair.privateKeyPKCS8, to: "key.der")
        try Counterpart.openssl.run(
            ["pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER", "-out", "spki.der"], in: folder)
        let hash = Data(SHA256.hash(data: try folder.read("spki.der"))).base64EncodedString()
        let expected = hash.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").replacingOccurrences(
            of: "=", with: "")
        #expect(pair.thumbprint == expected)
    }

    @Test func partsThatDoNotBelongTogetherAreRefused() throws {
        let (first, second) = (try Shared.first.get(), try Shared.second.get())
        #expect(first.thumbprint != second.thumbprint)
        let again = try IdentityKeyPair(privateKeyDER: first.privateKeyPKCS8, certificateDER: first.certificateDER)
        #expect(again == first && again.thumbprint == first.thumbprint)
        #expect(throws: IdentityError.keyAndCertificateDiffer) {
            try IdentityKeyPair(privateKeyDER: first.privateKeyPKCS8, certificateDER: second.certificateDER)
        }
        #expect(throws: IdentityError.keyNotRSA) { try IdentityKeyPair(privateKeyDER: [1, 2], certificateDER: first.certificateDER) }
        let elliptic = Array(P256.Signing.PrivateKey().derRepresentation)
        #expect(throws: IdentityError.keyNotRSA) { try IdentityKeyPair(privateKeyDER: elliptic, certificateDER: first.certificateDER) }
        for broken in [[], [0x30], Array(first.certificateDER.dropLast()), first.certificateDER + [0]] {
            #expect(throws: IdentityError.certificateUnreadable) {
                try IdentityKeyPair(privateKeyDER: first.privateKeyPKCS8, certificateDER: broken)
            }
        }
    }

    @Test func aKeyOf1024BitsIsTooShort() throws {
        let folder = try TemporaryFolder()
        try Counterpart.openssl.run(
            ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-outform", "DER", "-out", "k"], in: folder)
        let certificate = try Shared.first.get().certificateDER
        #expect(throws: IdentityError.keyTooShort(bits: 1024, least: 2048)) {
            try IdentityKeyPair(privateKeyDER: folder.read("k"), certificateDER: certificate)
        }
    }

    @Test func whatCannotBeMadeIsAnError() {
        func generate(_ name: String = "a", _ tail: String = Shared.tail, _ seconds: Double = 1, _ bits: Int = 2048) throws {
            _ = try IdentityKeyPair.generate(agentName: name, tail: tail, notBefore: Date(timeIntervalSince1970: seconds), keyBits: bits)
        }
        #expect(throws: IdentityError.agentNameEmpty) { try generate("") }
        #expect(throws: IdentityError.agentNameTooLong(count: 129, limit: 128)) { try generate(String(repeating: "a", count: 129)) }
        #expect(throws: IdentityError.tailNotHexadecimal) { try generate("a", "0123") }
        #expect(throws: IdentityError.keySizeNotOffered(bits: 1024)) { try generate("a", Shared.tail, 1, 1024) }
        for seconds in [-1, 0, 1e15, .infinity, .nan] {
            #expect(throws: IdentityError.notBeforeOutOfRange) { try generate("a", Shared.tail, seconds) }
        }
    }

    struct Row: Sendable { var name: String, commonName: String }
    @Test(arguments: [
        Row(name: "MID Server-1", commonName: "snc-mid-mid_server_1-"), Row(name: "a_b", commonName: "snc-mid-a_b-"),
        Row(name: "Zürich\u{301}", commonName: "snc-mid-z_ric_-"), Row(name: "x,CN=y", commonName: "snc-mid-x_cn_y-"),
    ]) func commonName(_ row: Row) throws {
        let made = try IdentitySubject.commonName(agentName: row.name, tail: Shared.tail)
        #expect(made == row.commonName + Shared.tail.lowercased())
        #expect(IdentitySubject.isGenerated(commonName: made))
    }

    @Test(arguments: [
        "", "snc-mid-", "agent.example.com", "snc-mid-0123456789abcdef0123456789abcdef", "snc-mid-a-0123456789abcdef0123456789abcdeX",
    ])
    func otherNamesAreNotGenerated(name: String) { #expect(!IdentitySubject.isGenerated(commonName: name)) }

    @Test func descriptionsAndMirrorsHoldNoKey() throws {
        let pair = try Shared.first.get()
        var dumped = ""
        dump(pair, to: &dumped)
        for text in [dumped, "\(pair)", String(reflecting: pair)] { #expect(text.count < 200 && text.contains(pair.thumbprint)) }
    }

    @Test func midIDs() {
        let ids = (0..<100).map { _ in MidID.random() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.utf8.count == 32 && $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } })
    }
}
