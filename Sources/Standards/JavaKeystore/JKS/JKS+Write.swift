extension JKS {
    /// The file's bytes, version 2, entries in the keystore's order, aliases as they are (Java's own type JKS only reaches lower-case ones:
    /// `Keystore.setting(asJava:)`). An empty password is allowed, as in Java.
    ///
    /// Throws `aliasTooLong`, and `overLimit` for what no length field can hold.
    public static func write(_ keystore: Keystore, password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes += magic
        writer.unsigned32(writtenVersion)
        try writer.count32(keystore.entries.count, of: "number of entries")
        for entry in keystore.entries { try append(entry, to: &writer) }
        return writer.bytes + digest(of: writer.bytes[...], password: password)
    }

    private static func append(_ entry: Keystore.Entry, to writer: inout ByteWriter) throws(KeystoreError) {
        let alias = ModifiedUTF8.encode(entry.aliasUnits)
        guard alias.count <= Int(UInt16.max) else { throw .aliasTooLong(bytes: alias.count) }
        switch entry.content {
        case .privateKey(let key, let chain):
            writer.unsigned32(UInt32(Tag.privateKey))
            append(alias, createdMilliseconds: entry.createdMilliseconds, to: &writer)
            try writer.bytes32(key.encrypted, of: "private key")
            try writer.count32(chain.count, of: "number of certificates")
            for certificate in chain { try append(certificate, to: &writer) }
        case .trustedCertificate(let certificate):
            writer.unsigned32(UInt32(Tag.trustedCertificate))
            append(alias, createdMilliseconds: entry.createdMilliseconds, to: &writer)
            try append(certificate, to: &writer)
        }
    }

    private static func append(_ alias: [UInt8], createdMilliseconds: Int64, to writer: inout ByteWriter) {
        writer.unsigned16(UInt16(alias.count))  // the caller has checked the length
        writer.bytes += alias
        writer.unsigned64(UInt64(bitPattern: createdMilliseconds))
    }

    private static func append(_ certificate: StoredCertificate, to writer: inout ByteWriter) throws(KeystoreError) {
        let type = ModifiedUTF8.encode(Array(certificate.type.utf16))
        guard let length = UInt16(exactly: type.count) else {
            throw .overLimit(field: "certificate type", found: type.count, limit: Int(UInt16.max))
        }
        writer.unsigned16(length)
        writer.bytes += type
        try writer.bytes32(certificate.der, of: "certificate")
    }
}

/// Puts fields, big-endian, as Java reads them.
private struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func unsigned16(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }
    mutating func unsigned32(_ value: UInt32) {
        bytes += stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    mutating func unsigned64(_ value: UInt64) {
        bytes += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    mutating func count32(_ value: Int, of field: String) throws(KeystoreError) {
        guard let signed = Int32(exactly: value) else { throw .overLimit(field: field, found: value, limit: Int(Int32.max)) }
        unsigned32(UInt32(bitPattern: signed))
    }
    mutating func bytes32(_ contents: [UInt8], of field: String) throws(KeystoreError) {
        try count32(contents.count, of: field)
        bytes += contents
    }
}
