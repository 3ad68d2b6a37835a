import AgentProtocol
import Counterparts
import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import AgentIdentity

@Suite("A continuity proof counts for its keys, agent and nonce, and for nothing else") struct ContinuityProofTests {
    static let nonce = "n-\"1\"/é"
    static func proof() throws -> String {
        try ContinuityProof.sign(by: Shared.first.get(), newThumbprint: Shared.second.get().thumbprint, agent: Shared.id("a"), nonce: nonce)
    }
    static func verify(
        _ text: String, old: Result<IdentityKeyPair, any Error> = Shared.first, new: Result<IdentityKeyPair, any Error> = Shared.second,
        agent: Character = "a", nonce: String = nonce
    ) throws {
        try ContinuityProof.verify(
            text, oldCertificateDER: old.get().certificateDER, newCertificateDER: new.get().certificateDER, agent: Shared.id(agent),
            nonce: nonce)
    }

    @Test func genuine() throws { try Self.verify(Self.proof()) }

    @Test func whatDiffersIsNamed() throws {
        let text = try Self.proof()
        let (first, second) = (try Shared.first.get().thumbprint, try Shared.second.get().thumbprint)
        #expect(throws: ProofError.signerDiffers(found: first)) { try Self.verify(text, old: Shared.second, new: Shared.first) }
        #expect(throws: ProofError.newKeyDiffers(found: second)) { try Self.verify(text, new: Shared.first) }
        #expect(throws: ProofError.agentDiffers) { try Self.verify(text, agent: "b") }
        #expect(throws: ProofError.nonceDiffers) { try Self.verify(text, nonce: "n") }
    }

    @Test func everyAlteredCharacterIsAnError() throws {
        let characters = Array(try Self.proof().utf8)
        for index in characters.indices {
            var altered = characters
            altered[index] = altered[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: ProofError.self, "character \(index)") { try Self.verify(String(decoding: altered, as: UTF8.self)) }
        }
        for count in stride(from: 0, to: characters.count, by: 11) {
            #expect(throws: ProofError.self, "\(count)") { try Self.verify(String(decoding: characters[..<count], as: UTF8.self)) }
        }
    }

    /// Signs anything with the old key, as an attacker who gets it to sign something else might hope to use.
    static func signed(header: String, claims: String) throws -> String {
        let text = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        let signature = try Shared.first.get().privateKey.signature(
            for: SHA512.hash(data: Array(text.utf8)), padding: .insecurePKCS1v1_5)
        return text + "." + Base64URL.encode(signature.rawRepresentation)
    }

    @Test func otherThingsTheKeySignedDoNotCount() throws {
        let kid = try Shared.first.get().thumbprint
        let claims = String(decoding: try #require(Base64URL.decode(part(1, of: Self.proof()))), as: UTF8.self)
        try Self.verify(Self.signed(header: #"{"alg":"RS512","typ":"midguard-continuity","kid":"\#(kid)"}"#, claims: claims))
        #expect(throws: ProofError.malformed(part: "typ")) {
            try Self.verify(Self.signed(header: #"{"alg":"RS512","typ":"JWT","kid":"\#(kid)"}"#, claims: claims))
        }
        #expect(throws: ProofError.malformed(part: "typ")) {
            try Self.verify(Self.signed(header: #"{"alg":"RS512","kid":"\#(kid)"}"#, claims: claims))
        }
        for algorithm in ["none", "HS512", "RS256", "PS512"] {
            #expect(throws: ProofError.algorithmNotSupported(name: algorithm)) {
                try Self.verify(
                    Self.signed(header: #"{"alg":"\#(algorithm)","typ":"midguard-continuity","kid":"\#(kid)"}"#, claims: claims))
            }
        }
        #expect(throws: ProofError.algorithmNotSupported(name: "crit")) {
            try Self.verify(
                Self.signed(header: #"{"alg":"RS512","typ":"midguard-continuity","kid":"\#(kid)","crit":["b64"]}"#, claims: claims))
        }
    }

    @Test func sizesAreBounded() throws {
        let long = String(repeating: "A", count: ContinuityProof.textLimit + 1)
        #expect(throws: ProofError.overLimit(found: long.count, limit: ContinuityProof.textLimit)) { try Self.verify(long) }
        let (pair, agent) = (try Shared.first.get(), try Shared.id("a"))
        #expect(throws: ProofError.overLimit(found: 257, limit: 256)) {
            try ContinuityProof.sign(by: pair, newThumbprint: "x", agent: agent, nonce: String(repeating: "n", count: 257))
        }
        let certificate = pair.certificateDER
        #expect(throws: ProofError.certificateUnusable(.new)) {
            try ContinuityProof.verify("", oldCertificateDER: certificate, newCertificateDER: [1], agent: agent, nonce: "")
        }
    }

    @Test func opensslVerifiesTheSignature() throws {
        let folder = try TemporaryFolder()
        let text = try Self.proof()
        try folder.write(Array((part(0, of: text) + "." + part(1, of: text)).utf8), to: "signed")
        try folder.write(try #require(Base64URL.decode(part(2, of: text))), to: "signature")
        try folder.write(Shared.first.get().certificateDER, to: "c.der")
        let key = try Counterpart.openssl.run(["x509", "-inform", "DER", "-in", "c.der", "-noout", "-pubkey"], in: folder)
        try folder.write(Array(key.utf8), to: "public.pem")
        let said = try Counterpart.openssl.run(
            ["dgst", "-sha512", "-verify", "public.pem", "-signature", "signature", "signed"], in: folder)
        #expect(said.contains("Verified OK"))
    }
}
