import JavaKeystore

extension KeystoreIntegrity {
    /// What it means to whoever reads a listing.
    var text: String {
        switch self {
        case .verified: "verified"
        case .notChecked: "not checked, since no password was given: anybody who can write the file can have made this up"
        case .absent: "none, the file has nothing to check"
        case .signatureNotChecked: "signed, and not checked for want of the signer's key"
        }
    }
}

extension UnseenEntry {
    /// Why Java does not show it.
    var text: String {
        switch reason {
        case .certificateNotMarkedTrusted: "not marked as trusted"
        case .keyInTheClear: "a key in the clear"
        case .keyWithoutIdentifier: "a second key without identifier"
        case .replaced: "a later entry has the same alias"
        case .passwordNeeded: "encrypted, and no password was given"
        case .unknownBag: "of a kind that Java does not read"
        }
    }

    func json(in format: KeystoreFormat) -> JSONText {
        .object([("reason", .string(reason.rawValue))] + (entry.map { EntryRow($0, in: format).fields } ?? []))
    }
}

extension OpenStore {
    /// `PATH: JKS, 3 entries` and what is known of its integrity.
    var heading: String {
        let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
        return "\(path): \(format.javaName), \(count)\nIntegrity: \(reading.integrity.text)"
    }

    /// The fields with which every report on a store begins.
    var headingFields: [(String, JSONText)] {
        [("path", .string(path)), ("format", .string(format.rawValue)), ("integrity", .string(reading.integrity.rawValue))]
    }
}
