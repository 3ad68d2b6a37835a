import Crypto
import StrictDER

/// The attribute that ties a private key to its certificate. The JDK writes `Time ` and milliseconds since 1970 into it, and reads the
/// entry's date from there.
enum LocalKeyID {
    private static let mark = Array("Time ".utf8)

    static func milliseconds(_ identifier: ArraySlice<UInt8>) -> Int64? {
        // Twenty characters are the longest number of 64 bits.
        guard identifier.starts(with: mark), identifier.count <= mark.count + 20 else { return nil }
        return Int64(String(decoding: identifier.dropFirst(mark.count), as: UTF8.self))
    }

    static func attribute(_ identifier: ArraySlice<UInt8>) -> EntryAttribute {
        EntryAttribute(identifier: PKCS12Identifiers.localKeyID, values: DER.set(of: [DER.octets(identifier)]))
    }

    /// Of a key that is written: its date; or what it was read with; or, as OpenSSL has it, SHA-1 of its certificate. The digest protects
    /// nothing, it is a name.
    static func written(for entry: Keystore.Entry) -> [UInt8]? {
        if !entry.isTrustedCertificate, let created = entry.createdMilliseconds { return mark + Array(String(created).utf8) }
        if let stored = entry.attributes.last(where: { $0.identifier == PKCS12Identifiers.localKeyID }),
            let set = try? DERReader.single(DERElement.Tag.set, in: stored.values[...], "localKeyID"),
            let value = try? DERReader.single(DERElement.Tag.octetString, in: set.content, "localKeyID")
        {
            return Array(value.content)
        }
        guard case .privateKey(_, let chain) = entry.content else { return nil }
        if let first = chain.first { return Array(Insecure.SHA1.hash(data: first.bytes)) }
        return Array(Insecure.SHA1.hash(data: entry.aliasUnits.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }))
    }
}

/// Oracle's attribute of trusted certificates.
enum TrustedKeyUsage {
    /// What the JDK writes: any use.
    static let any = DER.set(of: [DER.oid(PKCS12Identifiers.anyExtendedKeyUsage)])

    static func identifiers(_ set: ArraySlice<UInt8>) throws(DERError) -> [ObjectIdentifier] {
        var inside = try DERReader.single(DERElement.Tag.set, in: set, "trustedKeyUsage").inside
        var usages: [ObjectIdentifier] = []
        while !inside.isAtEnd {
            usages.append(ObjectIdentifier(content: try inside.take(DERElement.Tag.objectIdentifier, "trustedKeyUsage").content))
        }
        return usages
    }
}

extension Keystore.Entry {
    var isTrustedCertificate: Bool { if case .trustedCertificate = content { true } else { false } }
}
