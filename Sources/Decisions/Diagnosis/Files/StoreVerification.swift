public import JavaKeystore
import StrictDER

// Whether a store holds what it says: keys that open and belong to their certificates, chains that follow from one another.
extension StoreFindings {
    /// `keys`: what came of opening the key of each entry, in their order. Broken things first.
    public static func verifying(
        _ reading: KeystoreReading, keys: [KeyCheck?], at now: Int64, password: KeystorePassword?, on store: StoreContext
    ) -> [Finding] {
        var findings: [Finding] = []
        for (entry, check) in zip(reading.keystore.entries, keys) {
            let alias = reading.format.shownAlias(of: entry)
            findings += unreadable(entry, alias, store)
            guard case .privateKey(_, let chain) = entry.content else {
                if case .closed(let error) = check?.state { findings.append(closed(alias, error, store)) }
                continue
            }
            var key: PrivateKeyInfo?
            switch check?.state {
            case .closed(let error): findings.append(closed(alias, error, store))
            case .opened(let info, let match):
                key = info
                if match == .no { findings.append(mismatch(alias, info, chain, store)) }
            case .secret, nil: break
            }
            findings += chainFindings(alias, chain, key: key, reading.keystore, store)
        }
        if reading.integrity == .signatureNotChecked { findings.append(signatureNotChecked(store)) }
        findings += reviewing(reading, at: now, password: password, on: store)
        return findings.enumerated().sorted { ($0.element.severity.rank, $0.offset) < ($1.element.severity.rank, $1.offset) }.map(\.element)
    }

    private static func closed(_ alias: String, _ error: KeystoreError, _ store: StoreContext) -> Finding {
        if case .keyPassword = error { return keyPassword(alias: alias, store) }
        var finding = explaining(error, on: store)
        finding.evidence["alias"] = alias
        return finding
    }

    /// Certificates that do not parse: Java refuses the whole store for one.
    private static func unreadable(_ entry: Keystore.Entry, _ alias: String, _ store: StoreContext) -> [Finding] {
        let certificates: [StoredCertificate]
        switch entry.content {
        case .privateKey(_, let chain): certificates = chain
        case .trustedCertificate(let certificate): certificates = [certificate]
        case .secretKey: certificates = []
        }
        return certificates.enumerated().compactMap { number, certificate in
            let problem: DERError
            do throws(DERError) {
                _ = try certificate.outline()
                return nil
            } catch { problem = error }
            return finding(
                "chain.malformed", store, "Certificate \(number + 1) of the entry \(alias) cannot be read: \(problem.field).",
                "Its bytes are no certificate (RFC 5280). Java refuses the whole store for one such certificate.",
                ["alias": alias, "field": problem.field, "offset": "\(problem.offset)"],
                fixes: [
                    .init("Delete the entry, and import the certificate again from its source", command: store.command("delete", [alias]))
                ],
                vendor: ["java.security.cert.CertificateParsingException"])
        }
    }

    private static func mismatch(_ alias: String, _ key: PrivateKeyInfo, _ chain: [StoredCertificate], _ store: StoreContext) -> Finding {
        // The right certificate may stand further back.
        if chain.dropFirst().contains(where: { KeyPairMatch.of(key, and: $0) == .yes }) {
            return finding(
                "auth.chain-order", store, "The certificate of the key \(alias) does not come first in its chain.",
                "Java takes the first certificate for the key's own, so peers are shown one that the key does not fit.", ["alias": alias],
                fixes: [mend(store)],
                vendor: ["Private key does not match certificate", "java.security.InvalidKeyException: bad signature"])
        }
        return finding(
            "auth.pair-mismatch", store, "The key \(alias) does not belong to its certificate.",
            "The public key in the certificate is not that of the private key: one of them was replaced without the other.",
            ["alias": alias, "keyAlgorithm": key.algorithm.name],
            fixes: [
                .init("See the certificate, to find where it came from", command: store.command("show", [alias])),
                .init("Import the certificate that was issued for this key, under the same alias"),
            ], vendor: ["Public keys in reply and keystore don't match", "Private key does not match certificate"])
    }

    private static func chainFindings(
        _ alias: String, _ chain: [StoredCertificate], key: PrivateKeyInfo?, _ keystore: Keystore, _ store: StoreContext
    ) -> [Finding] {
        guard !chain.isEmpty else {
            return [
                finding(
                    "auth.chain-incomplete", store, severity: .warning, "The key \(alias) has no certificate.",
                    "A peer has nothing to check it by.", ["alias": alias], fixes: [.init("Import its certificate under the same alias")])
            ]
        }
        let mine = key.flatMap { try? $0.publicKeyInfo() }
        let ordered = CertificateChain.ordered(chain, for: mine)
        // A key that belongs to none of them is said elsewhere.
        guard !ordered.certificates.isEmpty else { return [] }
        var findings: [Finding] = []
        if ordered.wasReordered, ordered.certificates.first?.bytes == chain.first?.bytes {
            findings.append(
                finding(
                    "auth.chain-order", store, "The chain of \(alias) is out of order.",
                    "Each certificate must be followed by its issuer's (RFC 8446 §4.4.2); many peers do not sort.", ["alias": alias],
                    fixes: [mend(store)], vendor: ["Certificate chain is not valid", "Path does not chain with any of the trust anchors"]))
        }
        if !ordered.leftOver.isEmpty {
            let names = ordered.leftOver.compactMap { try? $0.outline() }.map { DistinguishedNameText.text($0.subject) }
            findings.append(
                finding(
                    "auth.chain-order", store, severity: .warning,
                    "The chain of \(alias) holds \(ordered.leftOver.count) certificates that issued nothing in it.",
                    "They are sent to peers for nothing, or the one between is missing.",
                    ["alias": alias, "certificates": Words.list(names)], fixes: [mend(store)]))
        }
        if case .issuerMissing(let name) = ordered.end, ordered.certificates.count == 1 {
            findings.append(incomplete(alias, issuer: name, keystore, store))
        }
        return findings
    }

    /// Only a chain of one: where the rest is there, leaving out the root is usual.
    private static func incomplete(_ alias: String, issuer: String, _ keystore: Keystore, _ store: StoreContext) -> Finding {
        let holder = keystore.entries.first {
            guard case .trustedCertificate(let certificate) = $0.content, let outline = try? certificate.outline() else { return false }
            return DistinguishedNameText.text(outline.subject) == issuer
        }
        return finding(
            "auth.chain-incomplete", store, severity: .warning, "The chain of \(alias) stops at its own certificate.",
            holder.map { "Its issuer is in the store as \($0.alias), but not in the chain that peers are shown." }
                ?? "Peers that do not have its issuer's certificate cannot check it.",
            ["alias": alias, "missingIssuer": issuer],
            fixes: holder != nil ? [mend(store)] : [.init("Import the certificate again together with its issuers', under the same alias")],
            vendor: ["Failed to establish chain from reply", "unable to find valid certification path to requested target"])
    }

    /// What `import` does with a store that is imported into itself.
    private static func mend(_ store: StoreContext) -> Finding.Fix {
        .init("Mend the chains in the store; a dated copy stays beside it", command: store.command("import", [store.path], keys: true))
    }

    private static func signatureNotChecked(_ store: StoreContext) -> Finding {
        finding(
            "store.signature-not-checked", store, severity: .warning, "\(store.path) is signed, and its signature was not checked.",
            "The key that verifies it was not given, or is of a kind that is not supported.",
            fixes: [.init("Have it checked where the signer's key is known")])
    }

    /// The entry is a certificate, and a key was wanted.
    public static func noKey(_ alias: String, _ store: StoreContext) -> Finding {
        finding(
            "store.alias-missing", store, "The entry \(alias) in \(store.path) holds no key.", "It is a trusted certificate.",
            ["alias": alias], fixes: [.init("See which entries hold keys", command: store.command("list"))],
            vendor: ["Alias <\(alias)> has no key"])
    }
}

extension Finding.Severity {
    fileprivate var rank: Int {
        switch self {
        case .error: 0
        case .warning: 1
        case .notice: 2
        }
    }
}
