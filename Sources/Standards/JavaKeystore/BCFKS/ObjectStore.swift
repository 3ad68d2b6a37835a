import LegacyCryptography
import StrictDER

extension BCFKS {
    /// The outermost structure, in DER: the store's data, closed or not, and the check over them.
    struct ObjectStore {
        enum Content {
            case encrypted(PasswordProtection, ArraySlice<UInt8>)
            case clear
        }

        let content: Content
        /// DER of the first element: what MAC or signature cover.
        let covered: ArraySlice<UInt8>
        let integrityCheck: IntegrityCheck
        let trailingBytes: Int
        var isClosed: Bool { if case .encrypted = content { true } else { false } }

        init(_ der: ArraySlice<UInt8>) throws(KeystoreError) {
            let (data, check, rest) = try readingDER { () throws(DERError) in
                var reader = DERReader(der)
                var fields = try reader.take(DERElement.Tag.sequence, "ObjectStore").inside
                let data = try fields.take(DERElement.Tag.sequence, "store data")
                let check = try fields.next("integrity check")
                try fields.end("ObjectStore")
                return (data, check, reader.rest)
            }
            (covered, trailingBytes) = (data.encoded, rest.count)
            content = try Self.content(data)
            integrityCheck = try IntegrityCheck(check)
        }

        /// EncryptedObjectStoreData begins with an AlgorithmIdentifier, ObjectStoreData with a version.
        private static func content(_ data: DERElement) throws(KeystoreError) -> Content {
            guard data.inside.nextTag == DERElement.Tag.sequence else { return .clear }
            let (algorithm, bytes) = try readingDER { () throws(DERError) in
                var fields = data.inside
                let algorithm = try Algorithm(fields.take(DERElement.Tag.sequence, "encryptionAlgorithm"))
                let bytes = try fields.take(DERElement.Tag.octetString, "encryptedContent").content
                try fields.end("EncryptedObjectStoreData")
                return (algorithm, bytes)
            }
            return .encrypted(try PasswordProtection(identifier: algorithm.identifier, parameters: algorithm.parameters), bytes)
        }

        /// Whether the covered bytes are as they were written. Both derivations are paid for here, before the first is done.
        func check(
            password: KeystorePassword?, verificationKey: [UInt8]?, budget: inout WorkBudget
        ) throws(KeystoreError) -> KeystoreIntegrity {
            if case .encrypted(let protection, _) = content {
                try protection.derivation.charge(&budget, length: PasswordProtection.keyLength)
            }
            switch integrityCheck.evidence {
            case .mac(let hash, let derivation, let length, let mac):
                try derivation.charge(&budget, length: length)
                var key = try derivation.key(for: .integrityCheck, password: password ?? KeystorePassword(""), length: length)
                defer { key.wipe() }
                if equalInConstantTime(mac, hash.mac(of: covered, key: key)) { return .verified }
                if password != nil { throw .integrity }
                // What lies open can be listed without password, as in other formats.
                if case .clear = content { return .notChecked }
                throw .passwordMissing(field: "store")
            case .signature(let signature):
                guard let verificationKey else { return .signatureNotChecked }
                return try StoreSignature(algorithm: integrityCheck.algorithm.identifier, octets: signature)
                    .check(covered, publicKeyInfo: verificationKey[...])
            }
        }

        /// DER of ObjectStoreData. `check` was called before.
        func openData(password: KeystorePassword?) throws(KeystoreError) -> ArraySlice<UInt8> {
            guard case .encrypted(let protection, let bytes) = content else { return covered }
            guard let clear = try protection.open(bytes, purpose: .storeEncryption, password: password ?? KeystorePassword("")) else {
                throw password == nil ? .passwordMissing(field: "store") : .integrity
            }
            return clear[...]
        }

        /// As the store is protected, to write it back alike. Bouncy Castle uses the parameters of the MAC's derivation for both.
        var settings: Settings {
            var settings = Settings()
            var derivation: Derivation?
            settings.cipher = .none
            if case .encrypted(let protection, _) = content {
                settings.cipher = protection.cipher == .keyWrap ? .aesKeyWrap : .aesCCM
                derivation = protection.derivation
            }
            switch integrityCheck.evidence {
            case .mac(let hash, let ofMAC, _, _): (settings.integrity, derivation) = (.mac(hash), ofMAC)
            case .signature:
                settings.integrity = .signature(algorithm: ObjectIdentifier(content: integrityCheck.algorithm.identifier))
            }
            if let derivation { (settings.keyDerivation, settings.saltLength) = (derivation.function, derivation.salt.count) }
            return settings
        }
    }

    /// ObjectStoreIntegrityCheck ::= CHOICE { PbkdMacIntegrityCheck, [0] EXPLICIT SignatureCheck }
    struct IntegrityCheck {
        enum Evidence {
            /// `keyLength` in bytes.
            case mac(Settings.Hash, Derivation, keyLength: Int, ArraySlice<UInt8>)
            case signature(ArraySlice<UInt8>)
        }

        /// Of MAC or signature. The data name it once more.
        let algorithm: Algorithm
        let evidence: Evidence

        init(_ element: DERElement) throws(KeystoreError) {
            switch element.tag {
            case DERElement.Tag.sequence:
                let (algorithm, derivation, mac) = try readingDER { () throws(DERError) in
                    var fields = element.inside
                    let algorithm = try Algorithm(fields.take(DERElement.Tag.sequence, "macAlgorithm"))
                    let derivation = try Algorithm(fields.take(DERElement.Tag.sequence, "pbkdAlgorithm"))
                    let mac = try fields.take(DERElement.Tag.octetString, "mac").content
                    try fields.end("PbkdMacIntegrityCheck")
                    return (algorithm, derivation, mac)
                }
                guard let hash = Settings.Hash(macIdentifier: algorithm.identifier) else {
                    throw .unsupportedAlgorithm(field: "MAC", oid: ObjectIdentifier.dotted(algorithm.identifier))
                }
                let function = try Derivation(derivation)
                // A MAC's key has no length of its own.
                guard let length = function.keyLength else {
                    throw .malformed(field: "keyLength", offset: derivation.parameters.startIndex)
                }
                (self.algorithm, evidence) = (algorithm, .mac(hash, function, keyLength: length, mac))
            case DERElement.Tag.constructed(0):
                (algorithm, evidence) = try readingDER { () throws(DERError) in
                    var fields = try DERReader.single(DERElement.Tag.sequence, in: element.content, "SignatureCheck").inside
                    let algorithm = try Algorithm(fields.take(DERElement.Tag.sequence, "signatureAlgorithm"))
                    // The signer's certificates prove nothing: they are part of what somebody may have replaced.
                    _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "certificates")
                    let signature = try fields.take(DERElement.Tag.bitString, "signatureValue").bits("signatureValue")
                    try fields.end("SignatureCheck")
                    return (algorithm, .signature(signature))
                }
            default: throw .malformed(field: "integrity check", offset: element.encoded.startIndex)
            }
        }
    }
}
