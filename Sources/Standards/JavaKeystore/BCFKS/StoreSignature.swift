import Crypto
import CryptoExtras
import StrictDER

extension BCFKS {
    /// The signature over a store that has one in the place of a MAC.
    struct StoreSignature {
        let algorithm: ArraySlice<UInt8>
        let octets: ArraySlice<UInt8>

        private enum Scheme { case ecdsa(Settings.Hash), rsa(Settings.Hash), dsa }
        /// RFC 5758 §3.1 and §3.2, RFC 8017 appendix A.2.4, and NIST's registry for SHA-3.
        private static let schemes: [(identifier: ObjectIdentifier, scheme: Scheme)] = [
            (ObjectIdentifier(1, 2, 840, 10045, 4, 3, 4), .ecdsa(.sha512)),
            (ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 12), .ecdsa(.sha3_512)),
            (ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 13), .rsa(.sha512)),
            (ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 16), .rsa(.sha3_512)),
            (ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 4), .dsa), (ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 8), .dsa),
        ]

        /// `verified`, or `signatureNotChecked` for what we cannot compute: DSA, RSA with SHA3-512, RSA below 1024 bits, curves beyond the
        /// three of NIST. Throws `integrity` when the signature does not fit the bytes and the key, and `malformed` when the key, DER of a
        /// SubjectPublicKeyInfo, is none.
        func check(_ bytes: ArraySlice<UInt8>, publicKeyInfo: ArraySlice<UInt8>) throws(KeystoreError) -> KeystoreIntegrity {
            guard let scheme = Self.schemes.first(where: { $0.identifier == algorithm })?.scheme else {
                throw .unsupportedAlgorithm(field: "signature of the store", oid: ObjectIdentifier.dotted(algorithm))
            }
            let keyAlgorithm = try readingDER { () throws(DERError) in
                var fields = try DERReader.single(DERElement.Tag.sequence, in: publicKeyInfo, "verification key").inside
                let algorithm = try fields.take(DERElement.Tag.sequence, "algorithm of the verification key").encoded
                _ = try fields.take(DERElement.Tag.bitString, "verification key").bits("verification key")
                try fields.end("verification key")
                return KeyAlgorithm(algorithmIdentifier: algorithm)
            }
            let fits: Bool?
            switch (scheme, keyAlgorithm) {
            case (.ecdsa(.sha512), .ellipticCurve(let curve)):
                fits = try verify(SHA512.hash(data: bytes), curve: curve, publicKeyInfo)
            case (.ecdsa(.sha3_512), .ellipticCurve(let curve)):
                fits = try verify(SHA3_512.hash(data: bytes), curve: curve, publicKeyInfo)
            case (.rsa(.sha512), .rsa): fits = verifyRSA(SHA512.hash(data: bytes), publicKeyInfo)
            // swift-crypto has no RSA signatures over SHA-3; it traps on them.
            case (.rsa(.sha3_512), .rsa), (.dsa, .dsa): fits = nil
            case (.ecdsa, _), (.rsa, _), (.dsa, _): fits = false
            }
            guard let fits else { return .signatureNotChecked }
            guard fits else { throw .integrity }
            return .verified
        }

        /// nil for curves that we do not have.
        private func verify(_ digest: some Digest, curve: String, _ info: ArraySlice<UInt8>) throws(KeystoreError) -> Bool? {
            do {
                switch curve {
                case "P-256":
                    let key = try P256.Signing.PublicKey(derRepresentation: info)
                    return (try? P256.Signing.ECDSASignature(derRepresentation: octets)).map { key.isValidSignature($0, for: digest) }
                        ?? false
                case "P-384":
                    let key = try P384.Signing.PublicKey(derRepresentation: info)
                    return (try? P384.Signing.ECDSASignature(derRepresentation: octets)).map { key.isValidSignature($0, for: digest) }
                        ?? false
                case "P-521":
                    let key = try P521.Signing.PublicKey(derRepresentation: info)
                    return (try? P521.Signing.ECDSASignature(derRepresentation: octets)).map { key.isValidSignature($0, for: digest) }
                        ?? false
                default: return nil
                }
            } catch { throw .malformed(field: "verification key", offset: 0) }
        }

        /// nil for keys below 1024 bits.
        private func verifyRSA(_ digest: SHA512.Digest, _ info: ArraySlice<UInt8>) -> Bool? {
            guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: info) else { return nil }
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: octets), for: digest, padding: .insecurePKCS1v1_5)
        }
    }
}
