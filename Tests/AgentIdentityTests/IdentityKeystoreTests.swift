import Counterparts
import Crypto
import Foundation
import JavaKeystore
import Testing

@testable import AgentIdentity

@Suite("The identity is found in a keystore, or the reason why not is named") struct IdentityKeystoreTests {
    static let other = Keystore.Entry(
        alias: "midwss", created: Shared.notBefore, content: .trustedCertificate(.init(der: [0x30, 0])))

    @Test func storedAndFound() throws {
        let (first, second) = (try Shared.first.get(), try Shared.second.get())
        let mixedCase = Keystore.Entry(
            alias: IdentityKeystore.alias, created: Shared.notBefore, content: .trustedCertificate(.init(der: [0x30, 0])))
        let before = Keystore(entries: [mixedCase, Self.other])
        let stored = try IdentityKeystore.storing(first, in: before, password: Shared.password, created: Shared.notBefore)
        #expect(stored.entries.map(\.alias) == ["defaultsecuritykeypairhandle", "midwss"])
        #expect(stored.entries[1] == Self.other)
        #expect(try IdentityKeystore.pair(in: stored, password: Shared.password) == first)

        let replaced = try IdentityKeystore.storing(second, in: stored, password: Shared.password, created: Shared.notBefore)
        let bytes = try JKS.write(replaced, password: Shared.password)
        let read = try Keystore.read(bytes, password: Shared.password).keystore
        #expect(try IdentityKeystore.pair(in: read, password: Shared.password) == second)
        #expect(read.entries.count == 2)
    }

    @Test func everyReasonIsNamed() throws {
        let alias = IdentityKeystore.alias
        let pair = try Shared.first.get()
        let stored = try IdentityKeystore.storing(pair, in: Keystore(), password: Shared.password, created: Shared.notBefore)
        func reason(_ keystore: Keystore, password: KeystorePassword = Shared.password) -> IdentityError? {
            do { _ = try IdentityKeystore.pair(in: keystore, password: password) } catch { return error }
            return nil
        }
        func keystore(_ content: Keystore.Content) -> Keystore {
            Keystore(entries: [.init(alias: alias, created: Shared.notBefore, content: content)])
        }
        let certificate = StoredCertificate(der: pair.certificateDER)
        let key = try ProtectedKey.protecting(PrivateKeyInfo(der: pair.privateKeyPKCS8), password: Shared.password, in: .jks)
        let curve = try PrivateKeyInfo(der: Array(P256.Signing.PrivateKey().derRepresentation))
        let elliptic = try ProtectedKey.protecting(curve, password: Shared.password, in: .jks)
        #expect(reason(Keystore(entries: [Self.other])) == .pairMissing(alias: alias))
        #expect(reason(keystore(.trustedCertificate(certificate))) == .entryHasNoKey(alias: alias))
        #expect(reason(keystore(.privateKey(key, chain: []))) == .entryHasNoCertificate(alias: alias))
        #expect(reason(stored, password: KeystorePassword("other")) == .keyPassword(alias: alias.lowercased()))
        #expect(reason(keystore(.privateKey(elliptic, chain: [certificate]))) == .keyNotRSA)
        let foreign = StoredCertificate(der: try Shared.second.get().certificateDER)
        #expect(reason(keystore(.privateKey(key, chain: [foreign]))) == .keyAndCertificateDiffer)
        #expect(reason(keystore(.privateKey(key, chain: [.init(der: [1])]))) == .certificateUnreadable)
        // The last octet of the protection's identifier, altered in the file.
        var bytes = try JKS.write(stored, password: Shared.password)
        let identifier: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x2A, 0x02, 0x11, 0x01]
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: identifier) })
        bytes[place + identifier.count] = 9
        #expect(
            reason(try Keystore.read(bytes, password: nil).keystore) == .keystore(.keyProtection(oid: "1.3.6.1.4.1.42.2.17.1.9")))
    }

    @Test func keytoolFindsThePairUnderTheVendorsAlias() throws {
        let folder = try TemporaryFolder()
        let pair = try Shared.first.get()
        let password = "3f0c9bd1a5e14b2f8c7d6e5f4a3b2c1d"
        let keystore = try IdentityKeystore.storing(pair, in: Keystore(), password: KeystorePassword(password), created: Shared.notBefore)
        try folder.write(JKS.write(keystore, password: KeystorePassword(password)), to: "agent_keystore")
        let store = ["-keystore", "agent_keystore", "-storepass", password, "-alias", IdentityKeystore.alias]
        try Counterpart.keytool.run(["-exportcert", "-file", "c.der"] + store, in: folder)
        #expect(try folder.read("c.der") == pair.certificateDER)
        // Signing needs the private key.
        let request = try Counterpart.keytool.run(["-certreq"] + store, in: folder)
        #expect(request.contains("BEGIN NEW CERTIFICATE REQUEST"))
    }
}
