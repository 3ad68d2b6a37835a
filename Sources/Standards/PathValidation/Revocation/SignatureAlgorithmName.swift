import StrictDER

/// The signature algorithms that we know, by their AlgorithmIdentifier.
struct SignatureAlgorithmName: Hashable, Sendable {
    enum Family: Hashable, Sendable { case pkcs1, pss, ecdsa, edwards }
    enum Hash: Hashable, Sendable { case sha1, sha256, sha384, sha512 }
    let family: Family
    /// nil for Ed25519, which hashes by itself.
    let hash: Hash?

    private struct Known: Sendable {
        var identifier: ObjectIdentifier
        var family: Family
        var hash: Hash?
    }
    /// RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3.
    private static let known = [
        Known(identifier: ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 11), family: .pkcs1, hash: .sha256),
        Known(identifier: ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 12), family: .pkcs1, hash: .sha384),
        Known(identifier: ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 13), family: .pkcs1, hash: .sha512),
        Known(identifier: ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 5), family: .pkcs1, hash: .sha1),
        Known(identifier: ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 2), family: .ecdsa, hash: .sha256),
        Known(identifier: ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 3), family: .ecdsa, hash: .sha384),
        Known(identifier: ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 4), family: .ecdsa, hash: .sha512),
        Known(identifier: ObjectIdentifier(1, 2, 840, 10_045, 4, 1), family: .ecdsa, hash: .sha1),
        Known(identifier: ObjectIdentifier(1, 3, 101, 112), family: .edwards, hash: nil),
    ]
    private static let pss = ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 10)
    private static let mask = ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 8)
    private static let sha256 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 1)
    private static let sha384 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 2)
    private static let sha512 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 3)

    init?(der: ArraySlice<UInt8>) {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "algorithm").inside,
            let name = try? fields.take(DERElement.Tag.objectIdentifier, "algorithm").content
        else { return nil }
        if Self.pss == name {
            guard let hash = Self.probabilisticHash(&fields) else { return nil }
            (family, self.hash) = (.pss, hash)
            return
        }
        guard let found = Self.known.first(where: { $0.identifier == name }) else { return nil }
        // With RSA the parameters are NULL, and left out by some (RFC 4055 §5); with the others there are none.
        guard found.family == .pkcs1 ? fields.isNullOrNothing : fields.isAtEnd else { return nil }
        (family, hash) = (found.family, found.hash)
    }

    /// `{ [0] hash, [1] { mgf1, hash }, [2] salt length, [3] trailer field DEFAULT 1 }` (RFC 4055 §3.1): only with equal hashes, and a salt as
    /// long as the hash.
    private static func probabilisticHash(_ fields: inout DERReader) -> Hash? {
        guard var parameters = try? fields.take(DERElement.Tag.sequence, "parameters").inside, fields.isAtEnd,
            let hash = try? parameters.take(DERElement.Tag.constructed(0), "hash").content,
            let mask = try? parameters.take(DERElement.Tag.constructed(1), "mask").content,
            var maskFields = try? DERReader.single(DERElement.Tag.sequence, in: mask, "mask").inside,
            let maskName = try? maskFields.take(DERElement.Tag.objectIdentifier, "mask").content, Self.mask == maskName,
            let maskHash = try? maskFields.take(DERElement.Tag.sequence, "mask hash").encoded, maskFields.isAtEnd,
            let salt = try? parameters.take(DERElement.Tag.constructed(2), "salt").content,
            let length = try? DERReader.single(DERElement.Tag.integer, in: salt, "salt").small("salt"), hasUsualTrailer(&parameters),
            let name = hashName(hash), name == hashName(maskHash)
        else { return nil }
        return switch (name, length) {
        case (.sha256, 32), (.sha384, 48), (.sha512, 64): name
        default: nil
        }
    }

    private static func hasUsualTrailer(_ parameters: inout DERReader) -> Bool {
        guard !parameters.isAtEnd else { return true }
        guard let trailer = try? parameters.take(DERElement.Tag.constructed(3), "trailer").content, parameters.isAtEnd else { return false }
        return (try? DERReader.single(DERElement.Tag.integer, in: trailer, "trailer").small("trailer")) == 1
    }

    private static func hashName(_ der: ArraySlice<UInt8>) -> Hash? {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "hash").inside,
            let name = try? fields.take(DERElement.Tag.objectIdentifier, "hash").content, fields.isNullOrNothing
        else { return nil }
        if sha256 == name { return .sha256 }
        if sha384 == name { return .sha384 }
        return sha512 == name ? .sha512 : nil
    }
}

extension DERReader {
    /// Parameters that are NULL or absent.
    var isNullOrNothing: Bool {
        var rest = self
        guard !rest.isAtEnd else { return true }
        return (try? rest.take(DERElement.Tag.null, "parameters").content.isEmpty) == true && rest.isAtEnd
    }
}
