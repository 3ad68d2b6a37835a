import JavaKeystore

/// In what two entries of the same certificate, or of the same alias, differ.
enum EntryDifference: String, CaseIterable, Sendable { case alias, kind, created, certificate, chain, key }

/// One side of a comparison: entries, with their keys as far as they open.
struct ComparedStore {
    let format: KeystoreFormat
    let entries: [Keystore.Entry]
    /// What the key of each entry is, opened; nil where there is none or it stays closed.
    let keys: [[UInt8]?]

    init(format: KeystoreFormat, entries: [Keystore.Entry], keys: [[UInt8]?]) {
        (self.format, self.entries, self.keys) = (format, entries, keys)
    }

    init(_ store: OpenStore, keys passwords: [KeystorePassword]) {
        let hasPassword = store.password != nil
        self.init(
            format: store.format, entries: store.entries,
            keys: store.entries.map { entry in
                guard hasPassword else { return nil }
                for password in passwords {
                    switch entry.content {
                    case .trustedCertificate: return nil
                    case .privateKey(let key, _): if let opened = try? key.open(password: password) { return opened.der }
                    case .secretKey(let key): if let opened = try? key.open(password: password) { return opened.bytes }
                    }
                }
                return nil
            })
    }
}

/// The difference of two stores. Entries belong together that have the same first certificate, or, without one, the same key; what is left
/// belongs together by alias.
struct StoreComparison {
    struct Pair { var first: Keystore.Entry, second: Keystore.Entry, differences: [EntryDifference] }

    private(set) var onlyInFirst: [Keystore.Entry] = []
    private(set) var onlyInSecond: [Keystore.Entry] = []
    private(set) var different: [Pair] = []
    /// Entries that are the same in both.
    private(set) var same = 0
    var isSame: Bool { onlyInFirst.isEmpty && onlyInSecond.isEmpty && different.isEmpty }

    private let first: ComparedStore
    private let second: ComparedStore
    private let withDates: Bool

    init(_ first: ComparedStore, _ second: ComparedStore, withDates: Bool = true) {
        (self.first, self.second, self.withDates) = (first, second, withDates)
        var left = Array(first.entries.indices)
        var right = Array(second.entries.indices)
        // The same alias and the same content first, so that copies under several aliases find each other.
        for round in [Self.byBoth, Self.byContent, Self.byAlias] { match(&left, &right, round) }
        onlyInFirst = left.map { first.entries[$0] }
        onlyInSecond = right.map { second.entries[$0] }
    }

    /// What entries of one round are matched by; nil leaves the entry to the next round.
    private struct Identity: Hashable {
        var alias: String?
        var content: ArraySlice<UInt8>?
    }
    private typealias Round = @Sendable (ComparedStore, Int) -> Identity?

    private static func content(_ store: ComparedStore, _ index: Int) -> ArraySlice<UInt8>? {
        store.entries[index].content.certificates.first?.bytes ?? store.keys[index].map { $0[...] }
    }
    private static let byBoth: Round = { store, index in
        content(store, index).map { Identity(alias: folded(store, index), content: $0) }
    }
    private static let byContent: Round = { store, index in content(store, index).map { Identity(content: $0) } }
    private static let byAlias: Round = { store, index in Identity(alias: folded(store, index)) }

    /// Case is no difference where one of the formats folds it: a conversion changes it.
    private static func folded(_ store: ComparedStore, _ index: Int) -> String {
        KeystoreFormat.jks.settingAlias(store.entries[index].alias)
    }

    private mutating func match(_ left: inout [Int], _ right: inout [Int], _ identity: Round) {
        var waiting: [Identity: [Int]] = [:]
        for index in right.reversed() { if let name = identity(second, index) { waiting[name, default: []].append(index) } }
        var taken: Set<Int> = []
        left.removeAll { index in
            guard let name = identity(first, index), let partner = waiting[name]?.popLast() else { return false }
            taken.insert(partner)
            let differences = differences(index, partner)
            if differences.isEmpty {
                same += 1
            } else {
                different.append(Pair(first: first.entries[index], second: second.entries[partner], differences: differences))
            }
            return true
        }
        right.removeAll { taken.contains($0) }
    }

    private func differences(_ index: Int, _ partner: Int) -> [EntryDifference] {
        let (one, other) = (first.entries[index], second.entries[partner])
        var found: [EntryDifference] = []
        let foldsCase = first.format.foldsCase || second.format.foldsCase
        let sameAlias = foldsCase ? Self.folded(first, index) == Self.folded(second, partner) : one.aliasUnits == other.aliasUnits
        if !sameAlias { found.append(.alias) }
        if one.content.kind != other.content.kind { found.append(.kind) }
        // A format that has no date for the entry says nothing about it; others cut it to seconds.
        if withDates, let date = one.createdMilliseconds, let otherDate = other.createdMilliseconds, date / 1000 != otherDate / 1000 {
            found.append(.created)
        }
        let (chain, otherChain) = (one.content.certificates, other.content.certificates)
        if chain.first?.bytes != otherChain.first?.bytes {
            found.append(.certificate)
        } else if chain.map(\.bytes) != otherChain.map(\.bytes) {
            found.append(.chain)
        }
        if let key = first.keys[index], let otherKey = second.keys[partner], key != otherKey { found.append(.key) }
        return found
    }
}
