import LegacyCryptography
import StrictDER

extension BCFKS {
    /// PBES2 (RFC 8018 §6.2) as the format uses it: AES-256 in CCM mode or key wrap, both of which notice a wrong key.
    struct PasswordProtection {
        enum Cipher: Hashable {
            case ccm(nonce: [UInt8], tagLength: Int)
            case keyWrap

            /// Lengths as Bouncy Castle writes them.
            static func freshCCM() -> Cipher { .ccm(nonce: randomBytes(12), tagLength: 8) }
        }

        let derivation: Derivation
        let cipher: Cipher

        static let pbes2 = ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 13)
        static let ccm = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 1, 47)
        static let keyWrapPadded = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 1, 48)
        static let keyLength = 32
        /// With a nonce of 12 bytes CCM has three for the length (RFC 3610 §2.1).
        static let ccmLimit = 1 << 24 - 1

        init(derivation: Derivation, cipher: Cipher) { (self.derivation, self.cipher) = (derivation, cipher) }

        /// Throws `unsupportedAlgorithm` for anything but PBES2, and for what the format does not have inside it.
        init(identifier: ArraySlice<UInt8>, parameters: ArraySlice<UInt8>) throws(KeystoreError) {
            guard Self.pbes2 == identifier else {
                throw .unsupportedAlgorithm(field: "protection", oid: ObjectIdentifier.dotted(identifier))
            }
            let (function, scheme) = try readingDER { () throws(DERError) in
                var fields = try DERReader.single(DERElement.Tag.sequence, in: parameters, "PBES2-params").inside
                let function = try Algorithm(fields.take(DERElement.Tag.sequence, "keyDerivationFunc"))
                let scheme = try Algorithm(fields.take(DERElement.Tag.sequence, "encryptionScheme"))
                try fields.end("PBES2-params")
                return (function, scheme)
            }
            derivation = try Derivation(function)
            guard derivation.keyLength ?? Self.keyLength == Self.keyLength else {
                throw .malformed(field: "keyLength", offset: function.parameters.startIndex)
            }
            if Self.ccm == scheme.identifier {
                cipher = try readingDER { () throws(DERError) in
                    // RFC 5084 §3.1.
                    var fields = try DERReader.single(DERElement.Tag.sequence, in: scheme.parameters, "CCMParameters").inside
                    let nonce = try fields.take(DERElement.Tag.octetString, "aes-nonce").content
                    let tagLength = try fields.takeIfPresent(DERElement.Tag.integer, "aes-ICVlen")?.small("aes-ICVlen") ?? 12
                    try fields.end("CCMParameters")
                    return .ccm(nonce: Array(nonce), tagLength: tagLength)
                }
            } else if Self.keyWrapPadded == scheme.identifier {
                cipher = .keyWrap
            } else {
                throw .unsupportedAlgorithm(field: "cipher", oid: ObjectIdentifier.dotted(scheme.identifier))
            }
        }

        /// The clear text; nil when the cipher text does not authenticate. `derivation.charge` was called before.
        func open(_ bytes: ArraySlice<UInt8>, purpose: Purpose, password: KeystorePassword) throws(KeystoreError) -> [UInt8]? {
            var key = try derivation.key(for: purpose, password: password, length: Self.keyLength)
            defer { key.wipe() }
            do throws(LegacyCryptographyError) {
                switch cipher {
                case .ccm(let nonce, let tagLength): return try AESCCM.open(bytes, key: key, nonce: nonce, tagLength: tagLength)
                case .keyWrap: return try AESKeyWrapPadded.unwrap(bytes, key: key)
                }
            } catch {
                // Nonce, tag or message of a length that CCM does not have.
                throw .malformed(field: "encrypted content", offset: bytes.startIndex)
            }
        }

        /// DER of SEQUENCE { AlgorithmIdentifier, OCTET STRING }. Throws `overLimit` for a derivation that readers would refuse, and for 16
        /// MiB and more under CCM; key wrap has room for them.
        func seal(_ clear: [UInt8], purpose: Purpose, password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
            if case .ccm = cipher, clear.count > Self.ccmLimit {
                throw .overLimit(field: "clear text for AES-CCM (key wrap takes more)", found: clear.count, limit: Self.ccmLimit)
            }
            var budget = WorkBudget(.standard)
            try derivation.charge(&budget, length: Self.keyLength)
            var key = try derivation.key(for: purpose, password: password, length: Self.keyLength)
            defer { key.wipe() }
            do throws(LegacyCryptographyError) {
                switch cipher {
                case .ccm(let nonce, let tagLength):
                    let scheme = DER.sequence(DER.oid(Self.ccm), DER.sequence(DER.octets(nonce), DER.integer(tagLength)))
                    return encode(scheme, try AESCCM.seal(clear[...], key: key, nonce: nonce, tagLength: tagLength))
                case .keyWrap:
                    return encode(DER.sequence(DER.oid(Self.keyWrapPadded)), try AESKeyWrapPadded.wrap(clear[...], key: key))
                }
            } catch {
                throw .overLimit(field: "clear text", found: clear.count, limit: Int(UInt32.max))
            }
        }

        private func encode(_ scheme: [UInt8], _ sealed: [UInt8]) -> [UInt8] {
            DER.sequence(DER.sequence(DER.oid(Self.pbes2), DER.sequence(derivation.der, scheme)), DER.octets(sealed))
        }
    }
}
