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

// What is wrong with what is brought to a store.
extension StoreFindings {
    public static func severalForOneAlias(_ alias: String, _ count: Int, _ store: StoreContext) -> Finding {
        finding(
            "store.alias-taken", store, "\(count) entries cannot all be \(alias).", "An alias names one entry.", ["alias": alias],
            fixes: [.init("Import them one by one, or without --alias: each is named after its subject")])
    }

    /// `certificates`: how many came with the key.
    public static func noCertificateForKey(_ certificates: Int, _ store: StoreContext) -> Finding {
        if certificates == 0 {
            return finding(
                "auth.chain-incomplete", store, "There is a private key and no certificate for it.",
                "Java keystores hold a private key with its certificate, or not at all.",
                fixes: [.init("Give the certificate's file, and those of its issuers, in the same call")],
                vendor: ["Private key must be accompanied by certificate chain"])
        }
        return finding(
            "auth.pair-mismatch", store, "None of the \(certificates) certificates belongs to the private key.",
            "Their public keys are not the key's: they were issued for another key.", ["certificates": "\(certificates)"],
            fixes: [.init("Find the key that the certificate was requested with, or request a certificate for this key")],
            vendor: ["Private key does not match certificate"])
    }

    public static func replyForAnotherKey(_ alias: String, _ store: StoreContext) -> Finding {
        finding(
            "auth.pair-mismatch", store, "No certificate here belongs to the key \(alias).",
            "Their public keys are not the key's: they were issued for another key.", ["alias": alias],
            fixes: [
                .init("See the certificate that the key has", command: store.command("show", [alias])),
                .init("To trust the certificate instead, import it under another alias"),
            ], vendor: ["Public keys in reply and keystore don't match", "Failed to establish chain from reply"])
    }
}

// What cannot be taken out of a store.
extension StoreFindings {
    public static func noCertificate(_ aliases: [String], _ store: StoreContext) -> Finding {
        finding(
            "store.alias-missing", store, "There is no certificate in \(aliases.isEmpty ? store.path : Words.list(aliases)).",
            "Secret keys have none, and a store can be empty.", fixes: [.init("See what there is", command: store.command("list"))],
            vendor: ["Alias <\(aliases.first ?? "")> has no certificate"])
    }

    public static func oneForDER(_ count: Int, _ store: StoreContext) -> Finding {
        finding(
            "store.cannot-hold", store, "A DER file holds one certificate; \(count) were asked for.",
            "DER has no place for several.", ["certificates": "\(count)"],
            fixes: [.init("Take them as PEM or PKCS#7, or name one entry", command: store.command("export", options: ["--as", "pkcs7"]))])
    }
}
