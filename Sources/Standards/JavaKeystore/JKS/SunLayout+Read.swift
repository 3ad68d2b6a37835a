import LegacyCryptography

extension SunLayout {
    /// The whole file is parsed, without side effects, and its digest checked before anything of it is handed out.
    func read(_ bytes: [UInt8], password: KeystorePassword?) throws(KeystoreError) -> KeystoreReading {
        var reader = ByteReader(bytes[...])
        guard try reader.take(magic.count, of: "magic").elementsEqual(magic) else { throw .malformed(field: "magic", offset: 0) }
        let version = try reader.signed32(of: "version")
        guard version == 1 || version == 2 else { throw .unsupportedVersion(version) }
        let keystore = try Keystore(entries: entries(from: &reader, typed: version == 2, fileSize: bytes.count))

        let contents = bytes[..<reader.offset]
        let digest = try reader.take(Self.digestLength, of: "digest")
        if let password {
            guard equalInConstantTime(digest, Self.digest(of: contents, password: password)) else { throw .integrity }
        }
        return KeystoreReading(
            keystore: keystore, format: format, integrity: password == nil ? .notChecked : .verified,
            settings: .standard(for: format), trailingBytes: reader.rest.count)
    }

    private func entries(from reader: inout ByteReader, typed: Bool, fileSize: Int) throws(KeystoreError) -> [Keystore.Entry] {
        var budget = ItemBudget(fileSize: fileSize)
        var entries: [Keystore.Entry] = []
        // Java loops from zero: a negative number is no entry at all. The number is counted down, never allocated by.
        var remaining = try reader.signed32(of: "number of entries")
        while remaining > 0 {
            try budget.spend(on: "number of entries")
            entries.append(try entry(from: &reader, typed: typed, budget: &budget))
            remaining -= 1
        }
        return entries
    }

    private func entry(from reader: inout ByteReader, typed: Bool, budget: inout ItemBudget) throws(KeystoreError) -> Keystore.Entry {
        let start = reader.offset
        let tag = try reader.signed32(of: "entry tag")
        let alias = try reader.modifiedUTF8(of: "alias")
        let created = try reader.signed64(of: "creation date")
        let content: Keystore.Content
        switch tag {
        case Tag.privateKey:
            let key = ProtectedKey(.sun, stored: try reader.bytes32(of: "private key"))
            content = .privateKey(key, chain: try reader.certificateChain(typed: typed, budget: &budget))
        case Tag.trustedCertificate:
            content = .trustedCertificate(try reader.certificate(typed: typed, budget: &budget))
        case Tag.secretKey where dialect == .jceks:
            content = .secretKey(try secretKey(from: &reader))
        default:
            throw .malformed(field: "entry tag", offset: start)
        }
        return Keystore.Entry(aliasUnits: alias, createdMilliseconds: created, content: content)
    }

    /// The stream is parsed to find where it ends; that it holds a key is checked when it is opened, by which time the digest is.
    private func secretKey(from reader: inout ByteReader) throws(KeystoreError) -> ProtectedSecretKey {
        let stream = reader.rest
        _ = try JavaObjectStream.read(from: &reader)
        return ProtectedSecretKey(.sealedObject, stored: stream[..<reader.offset])
    }
}

extension ByteReader {
    mutating func certificateChain(typed: Bool, budget: inout ItemBudget) throws(KeystoreError) -> [StoredCertificate] {
        let start = offset
        var remaining = try signed32(of: "number of certificates")
        guard remaining >= 0 else { throw .malformed(field: "number of certificates", offset: start) }
        var chain: [StoredCertificate] = []
        while remaining > 0 {
            chain.append(try certificate(typed: typed, budget: &budget))
            remaining -= 1
        }
        return chain
    }

    mutating func certificate(typed: Bool, budget: inout ItemBudget) throws(KeystoreError) -> StoredCertificate {
        try budget.spend(on: "number of certificates")
        let start = offset
        var type = "X.509"
        if typed {
            let units = try modifiedUTF8(of: "certificate type")
            if !units.elementsEqual(type.utf16) {
                type = String(decoding: units, as: UTF16.self)
                // A type is a name out of a short list; one that no String can hold is not among them.
                guard type.utf16.elementsEqual(units) else { throw .malformed(field: "certificate type", offset: start) }
            }
        }
        return StoredCertificate(bytes: try bytes32(of: "certificate"), type: type)
    }
}
