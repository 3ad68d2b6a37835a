import StrictDER

extension PKCS12 {
    /// DER in the layout of the JDK: a safe with all keys, each under its own encryption, and a safe with all certificates. An empty safe
    /// is left out. Entries keep their order, keys before certificates.
    ///
    /// Throws `cannotHold` for what would be lost (`losses`), `passwordNotASCII`, `passwordMissing`, `overLimit` for iterations beyond the
    /// standard limits, and `malformed` for keys that are closed in another format's way.
    static func write(_ keystore: Keystore, settings: Settings, password: KeystorePassword?) throws(KeystoreError) -> [UInt8] {
        let losses = losses(in: keystore)
        guard losses.isEmpty else { throw .cannotHold(format: .pkcs12, losses: losses) }
        let bytes = try passwordBytes(password, settings)

        var keys: [[UInt8]] = []
        var certificates: [[UInt8]] = []
        for entry in keystore.entries {
            if let key = try keyBag(entry, isPasswordless: settings.isPasswordless) { keys.append(key) }
            certificates += certificateBags(entry)
        }
        var safes: [[UInt8]] = []
        if !keys.isEmpty { safes.append(dataInfo(DER.sequence(keys))) }
        if !certificates.isEmpty {
            let contents = DER.sequence(certificates)
            if let encryption = settings.certificates, let bytes {
                safes.append(try encryptedInfo(contents, encryption, password: bytes))
            } else {
                safes.append(dataInfo(contents))
            }
        }
        let contents = DER.sequence(safes)
        var mac: [UInt8] = []
        if let settings = settings.mac, let bytes { mac = try PKCS12MAC(fresh: settings, over: contents, password: bytes).encoded }
        return DER.sequence(DER.integer(PersonalExchange.version), dataInfo(contents), mac)
    }

    /// nil when nothing needs a password.
    private static func passwordBytes(_ password: KeystorePassword?, _ settings: Settings) throws(KeystoreError) -> PasswordBytes? {
        if settings.isPasswordless { return nil }
        guard let password else { throw .passwordMissing(field: "store") }
        try settings.check(password)
        return PasswordBytes.written(password)
    }

    private static func dataInfo(_ contents: [UInt8]) -> [UInt8] {
        DER.sequence(DER.oid(PKCS12Identifiers.data), DER.explicit(0, DER.octets(contents)))
    }

    private static func encryptedInfo(
        _ contents: [UInt8], _ encryption: Encryption, password: PasswordBytes
    ) throws(KeystoreError) -> [UInt8] {
        let encryption = try PasswordBasedEncryption(fresh: encryption)
        let encrypted = DER.element(DERElement.Tag.primitive(0), try encryption.encrypt(contents, password: password))
        let info = DER.sequence(DER.oid(PKCS12Identifiers.data), encryption.algorithmIdentifier, encrypted)
        return DER.sequence(
            DER.oid(PKCS12Identifiers.encryptedData), DER.explicit(0, DER.sequence(DER.integer(0), info)))
    }

    private static func keyBag(_ entry: Keystore.Entry, isPasswordless: Bool) throws(KeystoreError) -> [UInt8]? {
        let (kind, value): (SafeBag.Kind, [UInt8])
        switch entry.content {
        case .trustedCertificate: return nil
        case .privateKey(let key, _):
            switch key.protection {
            case .pkcs12: (kind, value) = (.shroudedKey, Array(key.stored))
            // It can only have come from a file in which it was like this.
            case .pkcs8 where !isPasswordless: (kind, value) = (.key, Array(key.stored))
            case .pkcs8: throw .passwordMissing(field: "private key \(entry.alias)")
            default: throw .malformed(field: "protection of the private key \(entry.alias)", offset: 0)
            }
        case .secretKey(let key):
            switch key.protection {
            case .pkcs12: break
            case .secretBagClear where !isPasswordless: break
            case .secretBagClear: throw .passwordMissing(field: "secret key \(entry.alias)")
            default: throw .malformed(field: "protection of the secret key \(entry.alias)", offset: 0)
            }
            (kind, value) = (.secret, SecretBag.encode(key))
        }
        let attributes = attributes(name: entry.aliasUnits, keyIdentifier: LocalKeyID.written(for: entry), others: others(entry))
        return safeBag(kind, value, attributes)
    }

    private static func certificateBags(_ entry: Keystore.Entry) -> [[UInt8]] {
        let identifier = LocalKeyID.written(for: entry)
        switch entry.content {
        case .secretKey: return []
        case .trustedCertificate(let certificate):
            let usage = entry.attributes.last { $0.identifier == PKCS12Identifiers.trustedKeyUsage }
            let attributes = attributes(
                name: entry.aliasUnits, keyIdentifier: identifier, trustedFor: usage?.values ?? TrustedKeyUsage.any, others: others(entry))
            return [certificateBag(certificate, attributes)]
        case .privateKey(_, let chain):
            return chain.indices.map { place in
                let isFirst = place == 0
                let attributes = friendlyName(of: place, in: entry).map { name in
                    Self.attributes(name: name, keyIdentifier: isFirst ? identifier : nil, others: isFirst ? others(entry) : [])
                }
                return certificateBag(chain[place], attributes ?? [])
            }
        }
    }

    /// Of the certificate at `place` of an entry. The JDK gives the entry's name to the first, and those behind are called by their subject.
    static func friendlyName(of place: Int, in entry: Keystore.Entry) -> [UInt16]? {
        if place == 0 { return entry.aliasUnits }
        return (try? entry.certificates[place].outline()).map { Array(DistinguishedNameText.text($0.subject).utf16) }
    }

    private static func certificateBag(_ certificate: StoredCertificate, _ attributes: [UInt8]) -> [UInt8] {
        let value = DER.sequence(DER.oid(PKCS12Identifiers.x509Certificate), DER.explicit(0, DER.octets(certificate.bytes)))
        return safeBag(.certificate, value, attributes)
    }

    private static func safeBag(_ kind: SafeBag.Kind, _ value: [UInt8], _ attributes: [UInt8]) -> [UInt8] {
        DER.sequence(DER.oid(PKCS12Identifiers.bag(kind)), DER.explicit(0, value), attributes)
    }

    private static func others(_ entry: Keystore.Entry) -> [EntryAttribute] {
        let own = [PKCS12Identifiers.friendlyName, PKCS12Identifiers.localKeyID, PKCS12Identifiers.trustedKeyUsage]
        return entry.attributes.filter { !own.contains($0.identifier) }
    }

    /// In the JDK's order, which is that of no SET OF in DER: it writes, and all programs read, them as they come.
    private static func attributes(
        name: [UInt16], keyIdentifier: [UInt8]?, trustedFor usage: [UInt8]? = nil, others: [EntryAttribute]
    ) -> [UInt8] {
        let text = DER.element(DERElement.Tag.bmpString, name.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] })
        var attributes = [DER.sequence(DER.oid(PKCS12Identifiers.friendlyName), DER.set(of: [text]))]
        if let keyIdentifier { attributes.append(LocalKeyID.attribute(keyIdentifier[...]).encoded) }
        if let usage { attributes.append(EntryAttribute(identifier: PKCS12Identifiers.trustedKeyUsage, values: usage).encoded) }
        attributes += others.map(\.encoded)
        return DER.element(DERElement.Tag.set, attributes.joined().map { $0 })
    }
}

extension EntryAttribute {
    fileprivate var encoded: [UInt8] { DER.sequence(DER.oid(identifier), values) }
}
