extension Keystore {
    /// The entry whose alias is, code unit by code unit, `alias`. Of several the last, as in Java.
    public func entry(exactly alias: String) -> Entry? { lastEntry(Array(alias.utf16)) }

    /// The entry that a type of Java's which folds case finds under `alias`, which it lower-cases first. An exact match counts before that: files of other
    /// writers hold aliases that Java lists but cannot reach.
    public func entry(asJava alias: String) -> Entry? {
        let units = Array(alias.utf16)
        return lastEntry(units) ?? lastEntry(JavaLowerCase.of(units))
    }

    /// With `entry` in the place of the first one of exactly its alias, or at the end; others of that alias are dropped.
    public func setting(_ entry: Entry) -> Keystore { replacing({ $0.aliasUnits == entry.aliasUnits }, by: entry) }

    /// As Java's type JKS sets an entry: its alias is lower-cased, and it takes the place of all that differ from it in case only.
    public func setting(asJava entry: Entry) -> Keystore {
        var lowered = entry
        lowered.aliasUnits = JavaLowerCase.of(entry.aliasUnits)
        return replacing({ JavaLowerCase.of($0.aliasUnits) == lowered.aliasUnits }, by: lowered)
    }

    /// Without the entries of exactly this alias. Throws `noSuchEntry` when there is none.
    public func removing(alias: String) throws(KeystoreError) -> Keystore {
        let units = Array(alias.utf16)
        let kept = entries.filter { $0.aliasUnits != units }
        guard kept.count < entries.count else { throw .noSuchEntry(alias: alias) }
        return Keystore(entries: kept)
    }

    private func lastEntry(_ units: [UInt16]) -> Entry? { entries.last { $0.aliasUnits == units } }

    private func replacing(_ isReplaced: (Entry) -> Bool, by entry: Entry) -> Keystore {
        var kept = entries
        let place = kept.firstIndex(where: isReplaced)
        kept.removeAll(where: isReplaced)
        kept.insert(entry, at: place ?? kept.endIndex)
        return Keystore(entries: kept)
    }
}
