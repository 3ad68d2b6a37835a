extension PKCS12 {
    /// What of `keystore` would not be found again in a file: entries that Java takes for one (`duplicateAlias`), chains that do not come
    /// together by issuer (`chainOrder`), and certificates of other types. Empty for a keystore that was read from PKCS#12.
    ///
    /// A trusted certificate's date is lost as well; that is the format's, and no reason to refuse.
    package static func losses(in keystore: Keystore) -> [KeystoreLoss] {
        var losses: [KeystoreLoss] = []
        var aliases: Set<[UInt16]> = []
        for entry in keystore.entries {
            if !aliases.insert(JavaLowerCase.of(entry.aliasUnits)).inserted {
                losses.append(KeystoreLoss(alias: entry.alias, kind: .duplicateAlias))
            }
            // `X509` is another spelling of the same type.
            if entry.certificates.contains(where: { $0.type != "X.509" && $0.type != "X509" }) {
                losses.append(KeystoreLoss(alias: entry.alias, kind: .certificateType))
            }
        }
        return losses + brokenChains(in: keystore)
    }

    /// Finds all chains as a reader of the file will.
    private static func brokenChains(in keystore: Keystore) -> [KeystoreLoss] {
        // A key without certificate must not come by one, either.
        guard keystore.entries.contains(where: \.isPrivateKey) else { return [] }
        let chains = CertificateChains(keystore.entries.flatMap(candidates))
        return keystore.entries.compactMap { entry in
            guard case .privateKey(_, let chain) = entry.content else { return nil }
            let found = chains.chain(keyIdentifier: LocalKeyID.written(for: entry).map { $0[...] }, name: entry.aliasUnits)
            // One that goes on with a trusted certificate of the store lost nothing; one that begins from nothing is somebody else's.
            let isKept = chain.isEmpty ? found.isEmpty : found.map(\.bytes).starts(with: chain.map(\.bytes))
            return isKept ? nil : KeystoreLoss(alias: entry.alias, kind: .chainOrder)
        }
    }

    private static func candidates(_ entry: Keystore.Entry) -> [CertificateChains.Candidate] {
        let identifier = LocalKeyID.written(for: entry).map { $0[...] }
        return entry.certificates.enumerated().map { place, certificate in
            CertificateChains.Candidate(
                certificate: certificate, keyIdentifier: place == 0 ? identifier : nil, name: friendlyName(of: place, in: entry),
                isTrusted: entry.isTrustedCertificate)
        }
    }
}

extension Keystore.Entry {
    var certificates: [StoredCertificate] {
        switch content {
        case .privateKey(_, let chain): chain
        case .trustedCertificate(let certificate): [certificate]
        case .secretKey: []
        }
    }
}
