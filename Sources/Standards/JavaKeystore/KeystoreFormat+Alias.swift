extension KeystoreFormat {
    /// The alias as Java enumerates it: its reader of PKCS#12 lower-cases what the file holds, the others do not. For people: a lone surrogate
    /// shows as U+FFFD.
    public func shownAlias(of entry: Keystore.Entry) -> String {
        self == .pkcs12 ? folded(entry.aliasUnits) : entry.alias
    }

    /// The alias that Java sets or looks up when it is given this one.
    public func settingAlias(_ alias: String) -> String { foldsCase ? folded(Array(alias.utf16)) : alias }

    private func folded(_ units: [UInt16]) -> String { String(javaUnits: JavaLowerCase.of(units)) }
}

extension String {
    /// UTF-16 as Java holds text; a lone surrogate shows as U+FFFD. ASCII, which nearly all aliases are, goes the short way.
    init(javaUnits units: [UInt16]) {
        if units.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: units.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        } else {
            self.init(decoding: units, as: UTF16.self)
        }
    }
}

extension Keystore {
    /// The entries that `alias` may mean: those of exactly that spelling, else those that differ from it in case only where the format folds
    /// case. Java finds the last; several of different spellings are for the caller to choose from.
    public func entries(named alias: String, in format: KeystoreFormat) -> [Entry] {
        let units = Array(alias.utf16)
        let exact = entries.filter { $0.aliasUnits == units }
        guard exact.isEmpty, format.foldsCase else { return exact }
        let folded = JavaLowerCase.of(units)
        return entries.filter { JavaLowerCase.of($0.aliasUnits) == folded }
    }
}
