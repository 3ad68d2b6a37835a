public import JavaKeystore

// Why a store is not written as asked.
extension StoreFindings {
    static func readOnly(_ format: KeystoreFormat, _ store: StoreContext) -> Finding {
        finding(
            "store.format-read-only", store, "\(format.javaName) is read and not written.",
            "It is a format of Bouncy Castle's from before BCFKS, with weak protection; nothing new should be put into it.",
            ["type": format.rawValue],
            fixes: [
                .init(
                    "Keep a PKCS#12 store instead",
                    command: store.command("convert", [store.path + ".p12"], options: ["--to", "pkcs12"], keys: true))
            ])
    }

    static func aliasTooLong(_ bytes: Int, _ store: StoreContext) -> Finding {
        finding(
            "store.over-limit", store, "An alias of \(bytes) bytes does not fit into \(store.path).", "The format allows 65,535.",
            ["bytes": "\(bytes)"], fixes: [.init("Choose a shorter alias")])
    }

    static func cannotHold(_ losses: [KeystoreLoss], in format: KeystoreFormat, _ store: StoreContext) -> Finding {
        let kinds = Set(losses.map(\.kind)).sorted { $0.rawValue < $1.rawValue }
        var evidence: [String: String] = [:]
        for kind in kinds {
            evidence[kind.rawValue] = Words.list(losses.filter { $0.kind == kind }.map(\.alias))
        }
        let drop = ["--drop", kinds.map(\.rawValue).joined(separator: ",")]
        var fixes: [Finding.Fix] = []
        if let other = roomier(than: format, for: kinds) {
            fixes.append(
                .init(
                    "Use \(other.javaName), which holds all of it",
                    command: store.command("convert", [store.path + "." + other.rawValue], options: ["--to", other.rawValue], keys: true)))
        }
        fixes.append(
            .init(
                "Go on without: \(kinds.map(said).joined(separator: "; "))", command: store.repeating(with: drop) ?? nil))
        return finding(
            "store.cannot-hold", store,
            "\(format.javaName) cannot hold all of \(store.path): \(kinds.map(said).joined(separator: "; ")).",
            "The formats differ in what they have a place for. Nothing was written.", evidence, fixes: fixes,
            vendor: kinds.contains(.secretKey) ? ["java.security.KeyStoreException: Cannot store non-PrivateKeys"] : [])
    }

    private static func roomier(than format: KeystoreFormat, for kinds: [KeystoreLoss.Kind]) -> KeystoreFormat? {
        guard format == .jks, kinds == [.secretKey] else { return nil }
        return .pkcs12
    }

    /// What is lost, in words.
    public static func said(_ kind: KeystoreLoss.Kind) -> String {
        switch kind {
        case .secretKey: "secret keys"
        case .secretKeyAlgorithm: "secret keys of an algorithm without identifier"
        case .attributes: "attributes of PKCS#12"
        case .aliasCase: "capital letters in aliases"
        case .aliasText: "an alias that is no text"
        case .duplicateAlias: "entries whose aliases would be the same"
        case .certificateType: "certificates of a type other than X.509"
        case .emptyChain: "private keys without certificate"
        case .chainOrder: "the order of a chain whose certificates do not follow from one another"
        }
    }

    /// A file is there that was not to be replaced.
    public static func exists(_ store: StoreContext, option: String?) -> Finding {
        finding(
            "store.exists", store, "\(store.path) exists already.", "Nothing that exists is replaced unasked.",
            fixes: [
                .init("See what it holds", command: store.command("list")),
                option.map { .init("Replace it; a dated copy stays beside it", command: store.repeating(with: [$0])) }
                    ?? .init("Choose another name"),
            ])
    }

    /// An alias is in use for something else.
    public static func aliasTaken(_ alias: String, _ store: StoreContext, option: String?) -> Finding {
        finding(
            "store.alias-taken", store, "\(store.path) has an entry \(alias) already, with something else in it.",
            "Nothing that exists is replaced unasked.", ["alias": alias],
            fixes: [
                .init("See what it is", command: store.command("show", [alias])),
                option.map { .init("Replace it; a dated copy of the store stays beside it", command: store.repeating(with: [$0])) }
                    ?? .init("Choose another alias"),
            ],
            vendor: [
                "Certificate not imported, alias <\(alias)> already exists", "Key pair not generated, alias <\(alias)> already exists",
            ])
    }
}
