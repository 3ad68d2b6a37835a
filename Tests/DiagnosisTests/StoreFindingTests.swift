import JavaKeystore
import Testing

@testable import Diagnosis

@Suite("Every way in which a keystore fails is explained, with a fix that carries the call's path and password option on")
struct StoreFindingTests {
    static let errors: [KeystoreError] = [
        .truncated(field: "alias", offset: 12), .malformed(field: "alias", offset: 12), .overLimit(field: "iterations", found: 9, limit: 5),
        .unknownFormat(beginning: "2d2d2d2d2d424547494e"), .unknownFormat(beginning: "504b0304"),
        .otherFormat(found: .jceks, expected: .pkcs12),
        .otherFormat(found: .jks, expected: .bks), .readOnlyFormat(.bks), .unsupportedVersion(9),
        .unsupportedAlgorithm(field: "MAC", oid: "1.2.3"),
        .forbiddenClass("java.util.HashMap"), .integrity, .keyPassword, .keyProtection(oid: "1.2.3"), .passwordMissing(field: "store"),
        .passwordNotASCII, .noSuchEntry(alias: "a"), .aliasTooLong(bytes: 70_000),
        .cannotHold(format: .jks, losses: [KeystoreLoss(alias: "k", kind: .secretKey)]),
    ]
    static let store = StoreContext(
        path: "/stores/it's mine", format: .jks, password: ["--password-file", "/stores/word"],
        call: ["convert", "/stores/it's mine", "/out"])

    @Test(arguments: errors) func explained(_ error: KeystoreError) {
        let finding = StoreFindings.explaining(error, on: Self.store)
        #expect(finding.id.hasPrefix("store."))
        #expect(finding.subject == Self.store.path && finding.evidence["path"] == Self.store.path)
        #expect(!finding.summary.isEmpty && !finding.cause.isEmpty && !finding.fixes.isEmpty)
        for command in finding.fixes.compactMap(\.command) {
            #expect(command.contains("'/stores/it'\\''s mine"), "\(command)")
            #expect(!command.contains("FILE") && !command.contains("…"), "a placeholder cannot be pasted: \(command)")
        }
    }

    @Test("What is refused for its losses is repeated with leave to drop them") func drop() {
        let finding = StoreFindings.explaining(
            .cannotHold(
                format: .jks,
                losses: [
                    KeystoreLoss(alias: "k", kind: .secretKey), KeystoreLoss(alias: "l", kind: .attributes),
                    KeystoreLoss(alias: "m", kind: .secretKey),
                ]), on: Self.store)
        #expect(finding.fixes.last?.command == "midguard keystore convert --drop attributes,secretKey '/stores/it'\\''s mine' /out")
        #expect(finding.evidence["secretKey"] == "k, m")
    }

    @Test func everyLossHasItsWords() {
        #expect(Set(KeystoreLoss.Kind.allCases.map(StoreFindings.said)).count == KeystoreLoss.Kind.allCases.count)
    }

    @Test("An alias that looks like an option is kept from being one") func dashes() {
        #expect(StoreContext(path: "/s").command("delete", ["-x"]) == "midguard keystore delete -- /s -x")
    }
}

@Suite("A store's entries are reviewed by the clock that is handed in") struct StoreReviewTests {
    /// Version 1, ends 2000-01-01: just enough of a certificate to have an end.
    static func certificate(_ serial: UInt8, end: String = "000101000000Z") -> StoredCertificate {
        func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }
        let algorithm = element(0x30, element(0x06, [0x2B, 0x65, 0x70]))
        let validity = element(0x30, element(0x17, Array("990101000000Z".utf8)) + element(0x17, Array(end.utf8)))
        let key = element(0x30, algorithm + element(0x03, [0, 1, 2]))
        let signed = element(
            0x30, element(0x02, [serial]) + algorithm + element(0x30, []) + validity + element(0x30, []) + key)
        return StoredCertificate(der: element(0x30, signed + algorithm + element(0x03, [0, 1])))
    }
    static func reading(_ entries: [(String, StoredCertificate)]) -> KeystoreReading {
        KeystoreReading(
            keystore: Keystore(entries: entries.map { .init(alias: $0.0, created: nil, content: .trustedCertificate($0.1)) }), format: .jks,
            integrity: .verified, settings: .jks)
    }
    /// 2000-01-01T00:00:00Z.
    static let end: Int64 = 946_684_800

    @Test func ends() {
        func ids(_ now: Int64) -> [String] {
            StoreFindings.reviewing(Self.reading([("a", Self.certificate(1))]), at: now, password: nil, on: StoreContext(path: "/s")).map(
                \.id)
        }
        #expect(ids(Self.end - 31 * 86_400) == [])
        #expect(ids(Self.end - 29 * 86_400) == ["store.entry-expiring"])
        #expect(ids(Self.end) == ["store.entry-expiring"], "the last second counts (RFC 5280 §4.1.2.5)")
        #expect(ids(Self.end + 1) == ["store.entry-expired"])
    }

    @Test func duplicates() throws {
        let certificate = Self.certificate(1, end: "490101000000Z")
        let findings = StoreFindings.reviewing(
            Self.reading([("a", certificate), ("b", Self.certificate(2, end: "490101000000Z")), ("c", certificate)]), at: Self.end,
            password: nil,
            on: StoreContext(path: "/s"))
        let finding = try #require(findings.first)
        #expect(findings.count == 1 && finding.id == "store.duplicate" && finding.severity == .notice)
        #expect(finding.fixes.first?.command == "midguard keystore delete /s c")
    }

    @Test("A trust store under the usual password is no finding") func defaultPassword() {
        let findings = StoreFindings.reviewing(
            Self.reading([("a", Self.certificate(1, end: "490101000000Z"))]), at: Self.end, password: KeystorePassword("changeit"),
            on: StoreContext(path: "/s"))
        #expect(findings.isEmpty)
    }
}
