/// Gathers entries as Java's maps keep them: the last one of an alias stays. The order is that of the file.
struct LastOfEachAlias {
    private var added: [Keystore.Entry] = []
    private var places: [[UInt16]: Int] = [:]
    private var replaced: Set<Int> = []
    /// What does not stay, or was no entry in the first place.
    private(set) var unseen: [UnseenEntry] = []

    mutating func add(_ entry: Keystore.Entry) {
        if let place = places.updateValue(added.count, forKey: entry.aliasUnits) {
            unseen.append(UnseenEntry(entry: added[place], reason: .replaced))
            replaced.insert(place)
        }
        added.append(entry)
    }

    /// Something that no keystore value can hold.
    mutating func pass(over reason: UnseenEntry.Reason) { unseen.append(UnseenEntry(entry: nil, reason: reason)) }

    var entries: [Keystore.Entry] {
        replaced.isEmpty ? added : added.enumerated().filter { !replaced.contains($0.offset) }.map(\.element)
    }
}
