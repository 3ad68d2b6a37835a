import Crypto
import StrictDER
import Testing

@testable import JavaKeystore

@Suite(
    "Whatever we write or convert, Java 17 and Bouncy Castle read, entry by entry and key by key",
    .enabled(if: KeystoreProbe.hasBouncyCastle), .serialized)
struct KeystoreMatrixTests {
    typealias Matrix = KeystoreMatrix

    /// How a reader's view of an entry may differ from what we put in.
    enum Difference: String, Hashable {
        /// Of the whole store.
        case unreadable, surplus
        case missing, kind, created, certificates, keyError, keyPassword, algorithm, encoding, signature
    }

    /// What a format or a reader cannot do. When it can after all, the test fails as well.
    struct Impossibility: Sendable {
        var difference: Difference
        var because: String
        var isOfStore: @Sendable (Matrix.Cell) -> Bool = { _ in false }
        var isOfEntry: @Sendable (Matrix.Cell, Matrix.Item) -> Bool = { _, _ in false }
    }
    static let impossibilities: [Impossibility] = [
        .init(
            difference: .unreadable, because: "the JDK's PBE keys take 0x20 to 0x7E only",
            isOfStore: { $0.format == .pkcs12 && $0.passwords == .unicode && $0.reader == .jdk }),
        .init(
            difference: .unreadable, because: "Bouncy Castle opens the keys of PKCS#12 when it loads, with the store's password",
            isOfStore: { $0.format == .pkcs12 && $0.passwords == .separate && $0.reader == .bouncyCastle }),
        .init(
            difference: .surplus, because: "Bouncy Castle lists an issuer in a chain of PKCS#12 as an entry, by its name",
            isOfStore: { $0.format == .pkcs12 && $0.passwords != .separate && $0.reader == .bouncyCastle }),
        .init(
            difference: .missing, because: "JKS holds no secret keys",
            isOfEntry: { cell, item in item.isSecretKey && cell.passed(.jks) }),
        .init(
            difference: .missing, because: "Bouncy Castle passes over the JDK's secret bags in PKCS#12",
            isOfEntry: { cell, item in item.isSecretKey && cell.format == .pkcs12 && cell.reader == .bouncyCastle }),
        .init(
            difference: .keyError, because: "Bouncy Castle 1.72 finds no key factory for the identifiers of HMAC in BCFKS",
            isOfEntry: { cell, item in item.isHMAC && cell.format == .bcfks && cell.source != .jks }),
        .init(
            difference: .created, because: "PKCS#12 stores no date of a trusted certificate",
            isOfEntry: { cell, item in item.isTrustedCertificate && cell.passed(.pkcs12) }),
        .init(
            difference: .created, because: "Bouncy Castle gives the present time for the entries of PKCS#12",
            isOfEntry: { cell, item in item.isPrivateKey && cell.format == .pkcs12 && cell.reader == .bouncyCastle }),
        .init(
            difference: .encoding, because: "Bouncy Castle encodes keys on curves anew: the trial signature tells that they are the same",
            isOfEntry: { cell, item in item.isEllipticCurve && cell.reader == .bouncyCastle }),
    ]

    @Test(arguments: Matrix.cells) func isRead(_ cell: Matrix.Cell) throws {
        let matrix = try Matrix.made()
        let answers = try #require(matrix.answers[cell])
        let last = try #require(answers.last)
        let entries = answers.dropLast()
        let aliases = matrix.items.map(cell.alias)
        let surplus = entries.compactMap(\.alias).filter { !aliases.contains($0) }

        let found: Set<Difference> = last.error != nil ? [.unreadable] : surplus.isEmpty ? [] : [.surplus]
        let known = Self.impossibilities.filter { $0.isOfStore(cell) }
        #expect(found == Set(known.map(\.difference)), "expected \(known.map(\.because)); Java says \(last.error ?? "\(surplus)")")
        guard last.error == nil else { return }
        #expect(last.entries == entries.count && Set(entries.map(\.alias)).count == entries.count)
        #expect(surplus.allSatisfy { $0 == "CN=Authority,O=Tests" })
        for item in matrix.items {
            let answer = entries.first { $0.alias == cell.alias(of: item) }
            let found = answer.map { differences(of: $0, from: item, in: cell) } ?? [.missing]
            let known = Self.impossibilities.filter { $0.isOfEntry(cell, item) }
            #expect(
                found == Set(known.map(\.difference)),
                "\(item.alias): expected \(known.map(\.because)); Java says \(answer?.keyError ?? answer?.signature ?? "nothing")")
        }
    }

    private func differences(of answer: KeystoreProbe.Answer, from item: Matrix.Item, in cell: Matrix.Cell) -> Set<Difference> {
        var differences: Set<Difference> = []
        func expect<Value: Equatable>(_ difference: Difference, _ found: Value?, _ wanted: Value?) {
            if found != wanted { differences.insert(difference) }
        }
        expect(.created, answer.created, item.created)
        switch item.content {
        case .trustedCertificate(let certificate):
            expect(.kind, answer.kind, "trustedCertificate")
            expect(.certificates, answer.certificates, [sha256(certificate.der)])
        case .privateKey(let key, let chain):
            expect(.kind, answer.kind, "privateKey")
            expect(.certificates, answer.certificates, chain.map { sha256($0.der) })
            compare(answer, algorithm: javaName(key.algorithm, in: cell.reader), bytes: key.der)
            if answer.keyError == nil { expect(.signature, answer.signature, "verifies") }
        case .secretKey(let key):
            expect(.kind, answer.kind, "secretKey")
            expect(.certificates, answer.certificates, [])
            compare(answer, algorithm: key.algorithm, bytes: key.bytes)
        }
        return differences

        func compare(_ answer: KeystoreProbe.Answer, algorithm: String, bytes: [UInt8]) {
            guard answer.keyError == nil else { return expect(.keyError, answer.keyError, nil) }
            expect(.keyPassword, answer.keyPassword, hasOwnPassword(in: cell) ? 1 : 0)
            expect(.algorithm, answer.algorithm, algorithm)
            expect(.encoding, answer.encoded, sha256(bytes))
        }
    }

    private func hasOwnPassword(in cell: Matrix.Cell) -> Bool { cell.passwords.key(in: cell.source ?? cell.format) != cell.passwords.store }

    private func javaName(_ algorithm: KeyAlgorithm, in reader: KeystoreProbe.Provider) -> String {
        switch algorithm {
        case .ellipticCurve: "EC"
        case .ed25519: reader == .jdk ? "EdDSA" : "Ed25519"
        default: algorithm.name
        }
    }

    private func sha256(_ bytes: [UInt8]) -> String { hexadecimal(Array(SHA256.hash(data: bytes))) }

    // MARK: What is refused

    /// Where a password beyond ASCII stands.
    enum Place: CaseIterable { case store, privateKey, secretKey }

    @Test(arguments: Matrix.formats, Place.allCases)
    func aPasswordThatJavaCannotUseIsRefused(format: KeystoreFormat, place: Place) throws {
        let settings = KeystoreSettings.standard(for: format)
        let password = KeystorePassword(Matrix.Passwords.unicode.store)
        func write() throws {
            switch place {
            case .store: _ = try Keystore().write(settings, password: password)
            case .privateKey: _ = try ProtectedKey.protecting(Samples.info(), password: password, in: settings)
            case .secretKey:
                let key = SecretKey(algorithm: "AES", bytes: Array(0..<16))
                _ = try ProtectedSecretKey.protecting(key, alias: "k", password: password, in: settings)
            }
        }
        switch (format, place) {
        case (.pkcs12, _), (.jceks, .privateKey), (.jceks, .secretKey): #expect(throws: KeystoreError.passwordNotASCII) { try write() }
        case (.jks, .secretKey):
            #expect(throws: KeystoreError.cannotHold(format: .jks, losses: [.init(alias: "k", kind: .secretKey)])) { try write() }
        default: try write()
        }
    }

    @Test(arguments: [KeystoreFormat.jceks, .pkcs12]) func soItIsByConverting(to format: KeystoreFormat) throws {
        let password = KeystorePassword(Matrix.Passwords.unicode.store)
        let chain = [StoredCertificate(der: [0x30, 0])]
        for source in [KeystoreFormat.jks, .bcfks] {
            let key = try ProtectedKey.protecting(Samples.info(), password: password, in: Matrix.settings(source, .separate))
            let store = Keystore(entries: [.init(alias: "k", created: Samples.created, content: .privateKey(key, chain: chain))])
            let conversion = KeystoreConversion(
                from: source, to: .standard(for: format), password: password, dropping: [.chainOrder])
            #expect(throws: KeystoreError.passwordNotASCII) { try store.converted(conversion) }
        }
    }
}
