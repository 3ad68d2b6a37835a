import KeystoreConformance
import Testing

@testable import JavaKeystore

@Suite("PKCS#12 files of the corpus hold more than Java shows, and are saved as they were", .enabled(if: KeystoreCorpus.isPresent))
struct PKCS12CorpusTests {
    static let cases = KeystoreCorpus.cases("PKCS12").filter(\.isSound)

    /// For such entries Java makes a date up.
    @Test func noDateIsMadeUp() throws {
        var undated = 0
        for test in Self.cases {
            let entries = try KeystoreCorpus.read(test).keystore.entries
            for row in test.entries ?? [] where row.created == nil {
                let entry = try #require(entries.last { JavaLowerCase.of($0.aliasUnits) == Array(row.alias.utf16) })
                #expect(entry.createdMilliseconds == nil, "\(test): \(row.alias)")
                undated += 1
            }
        }
        #expect(undated > 100)
    }

    /// Where the JDK sees nothing, or cannot read a sound file, we do.
    @Test func whatJavaDoesNotRead() throws {
        let cases = Self.cases.filter { $0.entries == nil }
        #expect(!cases.isEmpty)
        for test in cases {
            let reading = try KeystoreCorpus.read(test)
            #expect(reading.integrity == .verified)
            #expect(reading.keystore.entries.map(\.alias) == ["Leaf Key"], "\(test)")
            guard case .privateKey(let key, let chain) = reading.keystore.entries.first?.content else {
                Issue.record("\(test)")
                continue
            }
            #expect(chain.count == 1, "\(test)")
            #expect((try? key.open(password: test.password ?? KeystorePassword(""))) != nil, "\(test)")
        }
    }

    @Test(arguments: [0, 1]) func unseen(instance: Int) throws {
        func read(_ name: String, password: String?) throws -> KeystoreReading {
            try Keystore.read(KeystoreCorpus.bytes(of: "\(name)-\(instance).p12"), password: password.map { KeystorePassword($0) })
        }
        let certificatesOnly = try read("p12-openssl-nokeys", password: "Secret#\(instance)pass")
        #expect(certificatesOnly.unseen.map(\.reason) == Array(repeating: .certificateNotMarkedTrusted, count: 3))
        let clear = try read("p12-openssl-plain", password: "Secret#\(instance)pass")
        #expect(clear.unseen.map(\.reason) == [.keyInTheClear])
        let key = try #require(clear.unseen.first?.entry)
        guard case .privateKey(let stored, let chain) = key.content else {
            Issue.record("no private key")
            return
        }
        #expect(key.alias == "Leaf Key" && chain.count == 3 && stored.isInTheClear)
        let withoutPassword = try read("p12-keytool-default", password: nil)
        #expect(withoutPassword.integrity == .notChecked)
        #expect(withoutPassword.unseen == [UnseenEntry(entry: nil, reason: .passwordNeeded)])
        #expect(withoutPassword.keystore.entries.map(\.alias) == ["agent", "ec", "aes", "hmac", "pass"])
        #expect(try read("p12-keytool-passwordless", password: nil).integrity == .absent)
        #expect(try read("p12-openssl-default", password: "Secret#\(instance)pass").unseen.isEmpty)
    }

    /// Loaded and saved: the same entries under the same protection.
    @Test func savedAgain() throws {
        #expect(Self.cases.count > 60)
        for test in Self.cases {
            let reading = try KeystoreCorpus.read(test)
            guard case .pkcs12(let settings) = reading.settings else {
                Issue.record("\(test)")
                continue
            }
            let saved = try PKCS12.write(reading.keystore, settings: settings, password: test.password)
            let again = try Keystore.read(saved, password: test.password)
            #expect(byAlias(again.keystore) == byAlias(reading.keystore), "\(test)")
            #expect(again.unseen.isEmpty, "\(test)")
            // Nothing in the file says how keys would be closed when there is none, and nothing how certificates.
            if !reading.keystore.entries.isEmpty { #expect(again.settings == reading.settings, "\(test)") }
            #expect(again.integrity == reading.integrity, "\(test)")
            // Keys before certificates; the order of each stays.
            #expect(again.keystore.entries.filter(\.isTrustedCertificate) == reading.keystore.entries.filter(\.isTrustedCertificate))
        }
    }

    private func byAlias(_ keystore: Keystore) -> [[UInt16]: Keystore.Entry] {
        Dictionary(keystore.entries.map { ($0.aliasUnits, $0) }) { first, _ in first }
    }
}
