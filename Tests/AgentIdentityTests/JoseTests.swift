import AgentProtocol
import Counterparts
import Foundation
import Testing

@testable import AgentIdentity

/// joserfc, an implementation of the JOSE standards by others, opens and verifies what is ours, and we what is its.
@Suite("JWE, JWS and JWT are those of the RFCs: joserfc reads ours, and we read joserfc's") struct JoseTests {
    private let folder: TemporaryFolder
    private let pair: IdentityKeyPair

    init() throws {
        folder = try TemporaryFolder()
        pair = try Shared.first.get()
        try folder.write(pair.privateKeyPKCS8, to: "key.der")
        try Counterpart.openssl.run(["pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem"], in: folder)
    }

    /// Runs the script's lines with the key and what `text` holds at hand; returns what it prints.
    private func python(_ text: String, _ lines: String) throws -> String {
        _ = try folder.write(text, to: "text")
        let script = try folder.write(
            """
            from joserfc import jwe, jws, jwt
            from joserfc.jwk import RSAKey
            key = RSAKey.import_key(open("key.pem").read())
            sealing = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256GCM"], strict_check_header=False)
            signing = jws.JWSRegistry(algorithms=["RS512"])
            text = open("text").read()
            \(lines)
            """, to: "script.py")
        return try Counterpart.python.run([script], in: folder)
    }

    @Test func sealedSecrets() throws {
        let printed = try python(
            SealedSecretTests.sealed(), "print(jwe.decrypt_compact(text, key, registry=sealing).plaintext.hex(), end='')")
        #expect(printed == SealedSecretTests.secret.map { String(format: "%02x", $0) }.joined())

        let (agent, record) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        let theirs = try python(
            "geheim",
            """
            header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": "\(pair.thumbprint)", "agent": "\(agent)", "record": "\(record)"}
            print(jwe.encrypt_compact(header, text.encode(), key, registry=sealing), end="")
            """)
        #expect(try SealedSecretTests.open(theirs) == Array("geheim".utf8))
    }

    @Test func continuityProofs() throws {
        let printed = try python(
            ContinuityProofTests.proof(), "print(jws.deserialize_compact(text, key, registry=signing).headers()['typ'], end='')")
        #expect(printed == ContinuityProof.type)
        // One altered octet is seen by them as by us.
        let altered = try python(
            ContinuityProofTests.proof(),
            """
            from joserfc.errors import BadSignatureError
            try: jws.deserialize_compact(text[:-8] + ("A" if text[-8] != "A" else "B") + text[-7:], key, registry=signing)
            except BadSignatureError: print("refused", end="")
            """)
        #expect(altered == "refused")
    }

    @Test func loginTokens() throws {
        let now = Date()
        let token = try #require(AgentToken.sign(agentName: "alpha", user: "mid.alpha", by: pair, now: now))
        let printed = try python(
            token,
            """
            claims = jwt.decode(text, key, algorithms=["RS256"]).claims
            jwt.JWTClaimsRegistry(iss={"essential": True}, aud={"essential": True, "value": "midguard"}).validate(claims)
            print(claims["sub"], end="")
            """)
        #expect(printed == "mid.alpha")

        let seconds = Int(now.timeIntervalSince1970)
        let theirs = try python(
            "",
            """
            claims = {"iss": "alpha", "sub": "mid.alpha", "aud": "midguard", "iat": \(seconds), "exp": \(seconds + 120), "jti": "1"}
            print(jwt.encode({"alg": "RS256", "typ": "JWT", "kid": "\(pair.thumbprint)"}, claims, key), end="")
            """)
        #expect(try AgentToken(theirs, certificateDER: pair.certificateDER, now: now).user == "mid.alpha")
    }
}
