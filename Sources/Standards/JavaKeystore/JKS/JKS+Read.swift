extension JKS {
    static func read(_ bytes: [UInt8], password: KeystorePassword?) throws(KeystoreError) -> KeystoreReading {
        var reader = ByteReader(bytes[...])
        guard try reader.take(magic.count, of: "magic").elementsEqual(magic) else { throw .malformed(field: "magic", offset: 0) }
        let version = try reader.signed32(of: "version")
        guard version == 1 || version == 2 else { throw .unsupportedVersion(version) }
        let keystore = try Keystore(entries: entries(from: &reader, typed: version == 2, fileSize: bytes.count))

        let contents = bytes[..<reader.offset]
        let digest = try reader.take(digestLength, of: "digest")
        if let password {
            guard equalInConstantTime(digest, JKS.digest(of: contents, password: password)) else { throw .integrity }
        }
        return KeystoreReading(
            keystore: keystore, format: .jks, integrity: password == nil ? .notChecked : .verified, trailingBytes: reader.rest.count)
    }

    private static func entries(from reader: inout ByteReader, typed: Bool, fileSize: Int) throws(KeystoreError) -> [Keystore.Entry] {
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

    private static func entry(
        from reader: inout ByteReader, typed: Bool, budget: inout ItemBudget
    ) throws(KeystoreError) -> Keystore.Entry {
        let start = reader.offset
        let tag = try reader.signed32(of: "entry tag")
        let alias = try reader.modifiedUTF8(of: "alias")
        let created = try reader.signed64(of: "creation date")
        let content: Keystore.Content
        switch tag {
        case Tag.privateKey:
            let key = ProtectedKey(encrypted: Array(try reader.bytes32(of: "private key")))
            content = .privateKey(key, chain: try chain(from: &reader, typed: typed, budget: &budget))
        case Tag.trustedCertificate:
            content = .trustedCertificate(try certificate(from: &reader, typed: typed, budget: &budget))
        default:
            throw .malformed(field: "entry tag", offset: start)
        }
        return Keystore.Entry(aliasUnits: alias, createdMilliseconds: created, content: content)
    }

    private static func chain(
        from reader: inout ByteReader, typed: Bool, budget: inout ItemBudget
    ) throws(KeystoreError) -> [StoredCertificate] {
        let start = reader.offset
        var remaining = try reader.signed32(of: "number of certificates")
        guard remaining >= 0 else { throw .malformed(field: "number of certificates", offset: start) }
        var chain: [StoredCertificate] = []
        while remaining > 0 {
            chain.append(try certificate(from: &reader, typed: typed, budget: &budget))
            remaining -= 1
        }
        return chain
    }

    private static func certificate(
        from reader: inout ByteReader, typed: Bool, budget: inout ItemBudget
    ) throws(KeystoreError) -> StoredCertificate {
        try budget.spend(on: "number of certificates")
        let start = reader.offset
        var type = "X.509"
        if typed {
            let units = try reader.modifiedUTF8(of: "certificate type")
            type = String(decoding: units, as: UTF16.self)
            // A type is a name out of a short list; one that no String can hold is not among them.
            guard type.utf16.elementsEqual(units) else { throw .malformed(field: "certificate type", offset: start) }
        }
        return StoredCertificate(der: Array(try reader.bytes32(of: "certificate")), type: type)
    }
}
