extension SunLayout {
    /// Throws `aliasTooLong`, `cannotHold` for keys that are closed in another format's way, and `overLimit` for what no length field can
    /// hold.
    func write(_ keystore: Keystore, password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes.reserveCapacity(keystore.entries.reduce(64) { $0 + $1.sizeEstimate })
        writer.bytes += magic
        writer.unsigned32(Self.writtenVersion)
        try writer.count32(keystore.entries.count, of: "number of entries")
        for entry in keystore.entries { try append(entry, to: &writer) }
        writer.bytes += Self.digest(of: writer.bytes[...], password: password)
        return writer.bytes
    }

    private func append(_ entry: Keystore.Entry, to writer: inout ByteWriter) throws(KeystoreError) {
        switch entry.content {
        case .privateKey(let key, let chain):
            guard key.protection == .sun else { throw .malformed(field: "protection of the private key \(entry.alias)", offset: 0) }
            try append(tag: Tag.privateKey, of: entry, to: &writer)
            try writer.bytes32(key.stored, of: "private key")
            try writer.count32(chain.count, of: "number of certificates")
            for certificate in chain { try append(certificate, to: &writer) }
        case .trustedCertificate(let certificate):
            try append(tag: Tag.trustedCertificate, of: entry, to: &writer)
            try append(certificate, to: &writer)
        case .secretKey(let key):
            guard dialect == .jceks else {
                throw .cannotHold(format: .jks, losses: [KeystoreLoss(alias: entry.alias, kind: .secretKey)])
            }
            guard key.protection == .sealedObject else { throw .malformed(field: "protection of the secret key \(entry.alias)", offset: 0) }
            try append(tag: Tag.secretKey, of: entry, to: &writer)
            writer.bytes += key.stored
        }
    }

    private func append(tag: Int, of entry: Keystore.Entry, to writer: inout ByteWriter) throws(KeystoreError) {
        let alias = ModifiedUTF8.encode(entry.aliasUnits)
        guard let length = UInt16(exactly: alias.count) else { throw .aliasTooLong(bytes: alias.count) }
        writer.unsigned32(UInt32(tag))
        writer.unsigned16(length)
        writer.bytes += alias
        writer.unsigned64(UInt64(bitPattern: entry.createdMilliseconds ?? 0))
    }

    private func append(_ certificate: StoredCertificate, to writer: inout ByteWriter) throws(KeystoreError) {
        try writer.text(Array(certificate.type.utf16), of: "certificate type")
        try writer.bytes32(certificate.bytes, of: "certificate")
    }
}

extension Keystore.Entry {
    /// Bytes that it will take, for reserving room; not exact.
    fileprivate var sizeEstimate: Int {
        switch content {
        case .privateKey(let key, let chain): chain.reduce(64 + aliasUnits.count + key.stored.count) { $0 + $1.bytes.count + 16 }
        case .trustedCertificate(let certificate): 64 + aliasUnits.count + certificate.bytes.count
        case .secretKey(let key): 64 + aliasUnits.count + key.stored.count
        }
    }
}
