import StrictDER

/// An AlgorithmIdentifier of a signature (RFC 3279 §2.2, 4055, 5758, 8410).
enum SignatureAlgorithm: Hashable, Sendable {
    enum Hash: Hashable, Sendable { case md5, sha1, sha224, sha256, sha384, sha512 }
    case rsa(Hash)
    /// RSASSA-PSS, mask generation with the same hash, salt as long as the hash.
    case probabilistic(Hash)
    case ecdsa(Hash)
    case ed25519
    case dsa
    case unsupported(oid: String)

    /// nil for Ed25519, which hashes by itself, and for what is not supported.
    var hash: Hash? {
        switch self {
        case .rsa(let hash), .probabilistic(let hash), .ecdsa(let hash): hash
        case .ed25519, .dsa, .unsupported: nil
        }
    }

    /// Whether `VerificationKey` can say anything about such signatures.
    var isVerified: Bool {
        switch self {
        case .rsa(let hash), .probabilistic(let hash), .ecdsa(let hash): hash != .md5 && hash != .sha224
        case .ed25519: true
        case .dsa, .unsupported: false
        }
    }

    /// Parameters that do not belong there make the algorithm unsupported.
    init(der: ArraySlice<UInt8>) throws(DERError) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "signatureAlgorithm").inside
        let identifier = try fields.take(DERElement.Tag.objectIdentifier, "algorithm").content
        let parameters = fields
        self = Self.named(identifier, parameters) ?? .unsupported(oid: ObjectIdentifier.dotted(identifier))
    }

    private static func named(_ identifier: ArraySlice<UInt8>, _ parameters: DERReader) -> SignatureAlgorithm? {
        if identifier.count == 9, identifier.starts(with: pkcs1), let last = identifier.last {
            if last == 10 { return probabilistic(parameters) }
            guard parameters.isNullOrNothing else { return nil }
            return switch last {
            case 4: .rsa(.md5)
            case 5: .rsa(.sha1)
            case 11: .rsa(.sha256)
            case 12: .rsa(.sha384)
            case 13: .rsa(.sha512)
            case 14: .rsa(.sha224)
            default: nil
            }
        }
        if identifier.count == 8, identifier.starts(with: ecdsaWithSHA2), parameters.isAtEnd, let last = identifier.last {
            return switch last {
            case 1: .ecdsa(.sha224)
            case 2: .ecdsa(.sha256)
            case 3: .ecdsa(.sha384)
            case 4: .ecdsa(.sha512)
            default: nil
            }
        }
        if identifier.elementsEqual(ecdsaWithSHA1) { return parameters.isAtEnd ? .ecdsa(.sha1) : nil }
        if identifier.elementsEqual(edwards25519) { return parameters.isAtEnd ? .ed25519 : nil }
        // 1.2.840.10040.4.3 and 2.16.840.1.101.3.4.3.n
        if identifier.elementsEqual(dsaWithSHA1) || identifier.starts(with: dsaWithSHA2) { return .dsa }
        return nil
    }

    private static let pkcs1: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
    private static let ecdsaWithSHA2: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03]
    private static let ecdsaWithSHA1: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01]
    private static let edwards25519: [UInt8] = [0x2B, 0x65, 0x70]
    private static let dsaWithSHA1: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x03]
    private static let dsaWithSHA2: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03]

    /// `RSASSA-PSS-params` (RFC 4055 §3.1). The defaults are SHA-1; other combinations than equal hashes and a salt as long are not in use.
    private static func probabilistic(_ parameters: DERReader) -> SignatureAlgorithm? {
        var parameters = parameters
        guard var fields = try? parameters.take(DERElement.Tag.sequence, "parameters").inside, parameters.isAtEnd else { return nil }
        if fields.isAtEnd { return .probabilistic(.sha1) }
        guard let hash = try? fields.take(DERElement.Tag.constructed(0), "hash").content,
            let mask = try? fields.take(DERElement.Tag.constructed(1), "mask").content,
            var maskFields = try? DERReader.single(DERElement.Tag.sequence, in: mask, "mask").inside,
            let maskName = try? maskFields.take(DERElement.Tag.objectIdentifier, "mask").content, maskName.elementsEqual(pkcs1 + [8]),
            let maskHash = try? maskFields.take(DERElement.Tag.sequence, "mask hash").encoded, maskFields.isAtEnd,
            let salt = try? fields.take(DERElement.Tag.constructed(2), "salt").content,
            let length = try? DERReader.single(DERElement.Tag.integer, in: salt, "salt").small("salt")
        else { return nil }
        // trailerField, when it is there, says what it must say: 1.
        if !fields.isAtEnd {
            guard let trailer = try? fields.take(DERElement.Tag.constructed(3), "trailer").content, fields.isAtEnd,
                (try? DERReader.single(DERElement.Tag.integer, in: trailer, "trailer").small("trailer")) == 1
            else { return nil }
        }
        guard let name = hashName(hash), name == hashName(maskHash) else { return nil }
        return switch (name, length) {
        case (.sha256, 32), (.sha384, 48), (.sha512, 64): .probabilistic(name)
        default: nil
        }
    }

    private static func hashName(_ der: ArraySlice<UInt8>) -> Hash? {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "hash").inside,
            let name = try? fields.take(DERElement.Tag.objectIdentifier, "hash").content, fields.isNullOrNothing, name.count == 9,
            name.starts(with: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02])
        else { return nil }
        return switch name.last {
        case 1: .sha256
        case 2: .sha384
        case 3: .sha512
        default: nil
        }
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
