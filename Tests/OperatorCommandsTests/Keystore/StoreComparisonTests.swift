import JavaKeystore
import Testing

@testable import OperatorCommands

@Suite("Two stores compare by what they hold, not by where it stands") struct StoreComparisonTests {
    static func entry(_ alias: String, _ certificate: UInt8, created: Int64? = 1_000) -> Keystore.Entry {
        Keystore.Entry(
            aliasUnits: Array(alias.utf16), createdMilliseconds: created,
            content: .trustedCertificate(StoredCertificate(der: [0x30, 0x01, certificate])))
    }
    static func side(_ entries: [Keystore.Entry], _ format: KeystoreFormat = .jks) -> ComparedStore {
        ComparedStore(format: format, entries: entries, keys: entries.map { _ in nil })
    }

    @Test func orderAndCaseAndMissingDates() {
        let first = Self.side([Self.entry("A", 1), Self.entry("b", 2)])
        let second = Self.side([Self.entry("b", 2, created: nil), Self.entry("a", 1, created: 1_999)], .pkcs12)
        let comparison = StoreComparison(first, second)
        #expect(comparison.isSame && comparison.same == 2)
    }

    @Test func caseCountsWhereFormatsKeepIt() {
        let comparison = StoreComparison(Self.side([Self.entry("A", 1)], .bcfks), Self.side([Self.entry("a", 1)], .bcfks))
        #expect(comparison.different.map(\.differences) == [[.alias]])
    }

    @Test func differences() {
        let first = Self.side([
            Self.entry("same", 1), Self.entry("moved", 2), Self.entry("renewed", 3), Self.entry("gone", 4), Self.entry("old", 5),
        ])
        let second = Self.side([
            Self.entry("same", 1), Self.entry("elsewhere", 2), Self.entry("renewed", 6), Self.entry("new", 7),
            Self.entry("old", 5, created: 9_000),
        ])
        let comparison = StoreComparison(first, second)
        #expect(comparison.same == 1 && !comparison.isSame)
        #expect(comparison.onlyInFirst.map(\.alias) == ["gone"] && comparison.onlyInSecond.map(\.alias) == ["new"])
        let found = Dictionary(uniqueKeysWithValues: comparison.different.map { ($0.first.alias, $0.differences) })
        #expect(found == ["moved": [.alias], "renewed": [.certificate], "old": [.created]])
        #expect(StoreComparison(first, second, withDates: false).different.count == 2)
    }

    @Test("Copies of one certificate find each other by alias") func copies() {
        let entries = [Self.entry("one", 1), Self.entry("two", 1), Self.entry("three", 1)]
        #expect(StoreComparison(Self.side(entries), Self.side(entries.reversed())).isSame)
        let comparison = StoreComparison(Self.side(entries), Self.side(Array(entries.dropFirst())))
        #expect(comparison.onlyInFirst.map(\.alias) == ["one"] && comparison.different.isEmpty)
    }

    @Test func keysThatDiffer() {
        let entries = [Self.entry("k", 1)]
        let first = ComparedStore(format: .jks, entries: entries, keys: [[1]])
        #expect(StoreComparison(first, ComparedStore(format: .jks, entries: entries, keys: [[2]])).different.map(\.differences) == [[.key]])
        #expect(StoreComparison(first, ComparedStore(format: .jks, entries: entries, keys: [nil])).isSame, "a closed key tells nothing")
    }
}
