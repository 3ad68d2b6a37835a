import Testing

@testable import JavaKeystore

@Suite("Aliases are found and set as Java's type JKS does, and an exact spelling counts first") struct LookUpTests {
    static func entry(_ alias: String, _ mark: UInt8) -> Keystore.Entry {
        .init(alias: alias, created: Samples.created, content: .trustedCertificate(.init(der: [mark])))
    }
    static let keystore = Keystore(entries: [entry("alias", 1), entry("Alias", 2), entry("other", 3), entry("alias", 4)])

    @Test func lookUps() {
        #expect(Self.keystore.entry(exactly: "alias") == Self.entry("alias", 4), "of several the last")
        #expect(Self.keystore.entry(exactly: "ALIAS") == nil)
        #expect(Self.keystore.entry(asJava: "Alias") == Self.entry("Alias", 2))
        #expect(Self.keystore.entry(asJava: "ALIAS") == Self.entry("alias", 4))
        #expect(Self.keystore.entry(asJava: "none") == nil)
    }

    @Test func decomposedLettersAreAnotherAlias() {
        let keystore = Keystore(entries: [Self.entry("\u{E9}", 1)])
        #expect(keystore.entry(exactly: "e\u{301}") == nil)
    }

    @Test func setting() {
        let set = Self.keystore.setting(Self.entry("alias", 9))
        #expect(set.entries.map(\.alias) == ["alias", "Alias", "other"])
        #expect(set.entries[0] == Self.entry("alias", 9))
        #expect(Self.keystore.setting(Self.entry("new", 9)).entries.last == Self.entry("new", 9))
        let asJava = Self.keystore.setting(asJava: Self.entry("ALIAS", 9))
        #expect(asJava.entries == [Self.entry("alias", 9), Self.entry("other", 3)])
    }

    @Test func removing() throws {
        #expect(try Self.keystore.removing(alias: "alias").entries == [Self.entry("Alias", 2), Self.entry("other", 3)])
        #expect(throws: KeystoreError.noSuchEntry(alias: "none")) { try Self.keystore.removing(alias: "none") }
    }

    struct Row: Sendable { var upper: String, lower: String }
    @Test(arguments: [
        Row(upper: "DefaultSecurityKeyPairHandle", lower: "defaultsecuritykeypairhandle"), Row(upper: "ÄÖÜ ЖŽ", lower: "äöü жž"),
        Row(upper: "ΟΔΟΣ", lower: "οδος"), Row(upper: "Σ", lower: "σ"), Row(upper: "ΣΑ", lower: "σα"),
        Row(upper: "Α\u{301}Σ.", lower: "α\u{301}ς."),
        Row(upper: "İ", lower: "i\u{307}"), Row(upper: "𐐀", lower: "𐐨"),
    ]) func lowerCase(_ row: Row) { #expect(JavaLowerCase.of(Array(row.upper.utf16)) == Array(row.lower.utf16)) }

    @Test func aLoneSurrogateHasNoCase() { #expect(JavaLowerCase.of([0x41, 0xD801, 0x42, 0xDC00]) == [0x61, 0xD801, 0x62, 0xDC00]) }
}

@Suite("A keystore's format is told by its first bytes") struct KeystoreFormatTests {
    struct Row: Sendable { var beginning: [UInt8], format: KeystoreFormat? }
    @Test(arguments: [
        Row(beginning: [0xFE, 0xED, 0xFE, 0xED, 0], format: .jks), Row(beginning: [0xCE, 0xCE, 0xCE, 0xCE], format: .jceks),
        Row(beginning: [0x30, 0x82, 0x0A, 0x00, 0x02, 0x01, 0x03, 0x30], format: .pkcs12),
        Row(beginning: [0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80], format: .pkcs12),
        Row(beginning: [0x30, 0x80, 0x02, 0x01, 0x04, 0x30, 0x80], format: .pkcs12),
        Row(beginning: [0x30, 0x82, 0x0A, 0x00, 0x30, 0x82], format: .bcfks),
        Row(beginning: [0, 0, 0, 2, 0, 0, 0, 20], format: .bks), Row(beginning: [0, 0, 0, 2, 0, 0, 1, 0], format: nil),
        Row(beginning: [0x30], format: nil), Row(beginning: [0x30, 0xFF, 1], format: nil),
        Row(beginning: Array("-----BEGIN".utf8), format: nil),
        Row(beginning: [], format: nil),
    ]) func probe(_ row: Row) { #expect(KeystoreFormat.probe(row.beginning) == row.format) }
}
