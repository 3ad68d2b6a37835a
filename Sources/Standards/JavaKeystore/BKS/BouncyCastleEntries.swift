/// The entries of BKS and UBER, up to and with the zero that ends them:
///
///     kind · alias · milliseconds since 1970 · number of certificates, certificates · then
///     1 certificate: type, length, DER
///     2 key in the clear: see `BouncyCastleKey`
///     3 bytes that the caller of Java's API had closed: length, bytes
///     4 sealed key: length, bytes
enum BouncyCastleEntries {
    enum Kind {
        static let end: UInt8 = 0, certificate: UInt8 = 1, clearKey: UInt8 = 2, closedByCaller: UInt8 = 3, sealedKey: UInt8 = 4
        static let last = sealedKey
    }

    static func read(from reader: inout ByteReader) throws(KeystoreError) -> LastOfEachAlias {
        var budget = ItemBudget(fileSize: reader.rest.count)
        var gathered = LastOfEachAlias()
        while true {
            let start = reader.offset
            let kind = try reader.byte(of: "entry kind")
            if kind == Kind.end { return gathered }
            guard kind <= Kind.last else { throw .malformed(field: "entry kind", offset: start) }
            try budget.spend(on: "number of entries")
            let alias = try reader.modifiedUTF8(of: "alias")
            let created = try reader.signed64(of: "creation date")
            let chain = try reader.certificateChain(typed: true, budget: &budget)
            if let content = try content(of: kind, chain: chain, from: &reader, budget: &budget) {
                gathered.add(Keystore.Entry(aliasUnits: alias, createdMilliseconds: created, content: content))
            } else {
                gathered.pass(over: .unknownBag)
            }
        }
    }

    /// nil for a public key, for which a keystore has no kind of entry.
    private static func content(
        of kind: UInt8, chain: [StoredCertificate], from reader: inout ByteReader, budget: inout ItemBudget
    ) throws(KeystoreError) -> Keystore.Content? {
        switch kind {
        case Kind.certificate:
            return .trustedCertificate(try reader.certificate(typed: true, budget: &budget))
        case Kind.clearKey:
            let (key, stored) = try BouncyCastleKey.read(from: &reader)
            switch key.kind {
            case .privateKey: return .privateKey(ProtectedKey(.bouncyCastleClear, stored: stored), chain: chain)
            case .secretKey: return .secretKey(ProtectedSecretKey(.bouncyCastleClear, stored: stored))
            case .publicKey: return nil
            }
        case Kind.closedByCaller:
            let bytes = try reader.bytes32(of: "key")
            // With certificates it can only be a private key, and Java's API asks for an EncryptedPrivateKeyInfo then.
            if !chain.isEmpty { return .privateKey(ProtectedKey(.pkcs12, stored: bytes), chain: chain) }
            return .secretKey(ProtectedSecretKey(.bouncyCastleClear, stored: try BouncyCastleKey.encode(secret: bytes)[...]))
        default:
            // What is inside shows when it is opened. A private key must have certificates (`engineSetKeyEntry`), a secret key has none.
            let sealed = try reader.bytes32(of: "sealed key")
            if chain.isEmpty { return .secretKey(ProtectedSecretKey(.bouncyCastle, stored: sealed)) }
            return .privateKey(ProtectedKey(.bouncyCastle, stored: sealed), chain: chain)
        }
    }
}
