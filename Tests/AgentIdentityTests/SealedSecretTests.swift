import AgentProtocol
import Counterparts
import Crypto
import Foundation
import Testing

@testable import AgentIdentity

@Suite("A sealed secret opens with its key, for its agent and record, and in no other way") struct SealedSecretTests {
    static let secret = Array("geheim-\u{1F511}".utf8)
    static func sealed() throws -> String {
        try SealedSecret.seal(secret, to: Shared.first.get().certificateDER, agent: Shared.id("a"), record: Shared.id("b"))
    }
    static func open(_ text: String) throws -> [UInt8] {
        try SealedSecret.open(text, with: Shared.first.get(), agent: Shared.id("a"), record: Shared.id("b"))
    }

    @Test(arguments: [0, 1, 100, SealedSecret.plaintextLimit]) func roundTrip(count: Int) throws {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let pair = try Shared.first.get()
        let text = try SealedSecret.seal(plain, to: pair.certificateDER, agent: Shared.id("a"), record: Shared.id("b"))
        #expect(try Self.open(text) == plain)
        #expect(text.utf8.count <= SealedSecret.textLimit)
    }

    @Test func aPublicKeyIsEnoughToSeal() throws {
        let pair = try Shared.first.get()
        let spki = try #require(PublicKeyInfo(certificateDER: pair.certificateDER)).der
        let text = try SealedSecret.seal(Self.secret, toPublicKeyInfo: spki, agent: Shared.id("a"), record: Shared.id("b"))
        #expect(try Self.open(text) == Self.secret)
    }

    @Test func theHeaderSaysWhatItIsBoundTo() throws {
        let header = try #require(Base64URL.decode(part(0, of: Self.sealed())))
        let fields = try JSONDecoder().decode([String: String].self, from: Data(header))
        let (a, b) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        let kid = try Shared.first.get().thumbprint
        #expect(fields == ["alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid, "agent": a, "record": b])
    }

    @Test func whatDiffersIsNamed() throws {
        let text = try Self.sealed()
        let (first, second) = (try Shared.first.get(), try Shared.second.get())
        let (a, b) = (try Shared.id("a"), try Shared.id("b"))
        #expect(throws: SealingError.keyDiffers(found: first.thumbprint)) { try SealedSecret.open(text, with: second, agent: a, record: b) }
        #expect(throws: SealingError.agentDiffers) { try SealedSecret.open(text, with: first, agent: b, record: b) }
        #expect(throws: SealingError.recordDiffers) { try SealedSecret.open(text, with: first, agent: a, record: a) }
        let moved = replacing(0, of: text, by: SealedSecretHeader.text(keyID: first.thumbprint, agent: a, record: a))
        #expect(throws: SealingError.altered) { try SealedSecret.open(moved, with: first, agent: a, record: a) }
        let renamed = replacing(0, of: text, by: SealedSecretHeader.text(keyID: second.thumbprint, agent: a, record: b))
        #expect(throws: SealingError.altered) { try SealedSecret.open(renamed, with: second, agent: a, record: b) }
    }

    @Test func everyAlteredCharacterIsAnError() throws {
        let characters = Array(try Self.sealed().utf8)
        for index in characters.indices {
            var altered = characters
            altered[index] = altered[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: SealingError.self, "character \(index)") { try Self.open(String(decoding: altered, as: UTF8.self)) }
        }
        for count in stride(from: 0, to: characters.count, by: 7) {
            #expect(throws: SealingError.self, "\(count)") { try Self.open(String(decoding: characters[..<count], as: UTF8.self)) }
        }
    }

    @Test func formAndSizeAreBounded() throws {
        let text = try Self.sealed()
        #expect(throws: SealingError.malformed(part: "number of parts")) { try Self.open(text + ".") }
        #expect(throws: SealingError.malformed(part: "header")) { try Self.open("....") }
        #expect(throws: SealingError.malformed(part: "initialization vector")) { try Self.open(replacing(2, of: text, by: "AAAA")) }
        #expect(throws: SealingError.malformed(part: "authentication tag")) { try Self.open(replacing(4, of: text, by: "AAAA")) }
        let long = String(repeating: "A", count: SealedSecret.textLimit + 1)
        #expect(throws: SealingError.overLimit(found: long.count, limit: SealedSecret.textLimit)) { try Self.open(long) }
        let large = [UInt8](repeating: 0, count: SealedSecret.plaintextLimit + 1)
        let (a, certificate) = (try Shared.id("a"), try Shared.first.get().certificateDER)
        #expect(throws: SealingError.overLimit(found: large.count, limit: SealedSecret.plaintextLimit)) {
            try SealedSecret.seal(large, to: certificate, agent: a, record: a)
        }
        #expect(throws: SealingError.recipientUnusable) { try SealedSecret.seal([], to: [1, 2, 3], agent: a, record: a) }
    }

    @Test(arguments: [
        (#""alg":"RSA-OAEP","enc":"A256GCM""#, "RSA-OAEP"), (#""alg":"RSA-OAEP-256","enc":"A128GCM""#, "A128GCM"),
        (#""alg":"none","enc":"x""#, "none"),
        (#""alg":"RSA-OAEP-256","enc":"A256GCM","zip":"DEF""#, "zip"), (#""alg":"RSA-OAEP-256","enc":"A256GCM","crit":["x"]"#, "crit"),
    ]) func otherAlgorithmsAreRefused(algorithms: String, named: String) throws {
        let id = String(repeating: "a", count: 32)
        let header = #"{\#(algorithms),"kid":"x","agent":"\#(id)","record":"\#(id)"}"#
        let text = replacing(0, of: try Self.sealed(), by: Base64URL.encode(header.utf8))
        #expect(throws: SealingError.algorithmNotSupported(name: named)) { try Self.open(text) }
    }

    @Test func opensslUnwrapsTheKeyThatOpensTheContent() throws {
        let folder = try TemporaryFolder()
        let text = try Self.sealed()
        try folder.write(Shared.first.get().privateKeyPKCS8, to: "key.der")
        try folder.write(try #require(Base64URL.decode(part(1, of: text))), to: "wrapped")
        try Counterpart.openssl.run(
            [
                "pkeyutl", "-decrypt", "-inkey", "key.der", "-keyform", "DER", "-in", "wrapped", "-out", "content-key", "-pkeyopt",
                "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256",
            ], in: folder)
        let key = SymmetricKey(data: try folder.read("content-key"))
        #expect(key.bitCount == 256)
        let pieces = try (2...4).map { try #require(Base64URL.decode(part($0, of: text))) }
        let box = try AES.GCM.SealedBox(nonce: .init(data: pieces[0]), ciphertext: pieces[1], tag: pieces[2])
        #expect(try Array(AES.GCM.open(box, using: key, authenticating: Array(part(0, of: text).utf8))) == Self.secret)
    }

    @Test func weOpenWhatOpensslWrapped() throws {
        let folder = try TemporaryFolder()
        let pair = try Shared.first.get()
        let contentKey = SymmetricKey(size: .bits256)
        try folder.write(contentKey.withUnsafeBytes { Array($0) }, to: "content-key")
        try folder.write(pair.certificateDER, to: "c.der")
        try Counterpart.openssl.run(["x509", "-inform", "DER", "-in", "c.der", "-out", "c.pem"], in: folder)
        try Counterpart.openssl.run(
            [
                "pkeyutl", "-encrypt", "-certin", "-inkey", "c.pem", "-in", "content-key", "-out", "wrapped", "-pkeyopt",
                "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256",
            ], in: folder)
        let header = try SealedSecretHeader.text(keyID: pair.thumbprint, agent: Shared.id("a"), record: Shared.id("b"))
        let box = try AES.GCM.seal(Self.secret, using: contentKey, authenticating: Array(header.utf8))
        let pieces = [try folder.read("wrapped"), Array(box.nonce), Array(box.ciphertext), Array(box.tag)]
        #expect(try Self.open(([header] + pieces.map { Base64URL.encode($0) }).joined(separator: ".")) == Self.secret)
    }
}

@Suite("base64url has one text per value") struct Base64URLTests {
    @Test func roundTrip() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let text = Base64URL.encode(bytes)
            #expect(Base64URL.decode(text) == bytes)
            let standard = Data(bytes).base64EncodedString().replacingOccurrences(of: "=", with: "")
            #expect(text == standard.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_"))
        }
    }
    @Test(arguments: ["A", "AA=", "AA==", "AB", "AAB", "A A", "A+AA", "A/AA", "AAAAA", "Aä"]) func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
