import Crypto
import CryptoExtras
import LegacyCryptography
import StrictDER

extension BCFKS {
    /// What a key is for is part of the password that it is derived from.
    enum Purpose: String {
        case integrityCheck = "INTEGRITY_CHECK"
        case storeEncryption = "STORE_ENCRYPTION"
        case privateKeyEncryption = "PRIVATE_KEY_ENCRYPTION"
        case secretKeyEncryption = "SECRET_KEY_ENCRYPTION"

        /// Password and purpose, each with its terminator; an empty password is no bytes at all.
        func secret(with password: KeystorePassword) -> [UInt8] {
            (password.isEmpty ? [] : password.terminatedBigEndianBytes) + KeystorePassword(rawValue).terminatedBigEndianBytes
        }
    }

    /// AlgorithmIdentifier (RFC 5280 §4.1.1.2) or anything of its shape, as slices.
    struct Algorithm {
        let encoded: ArraySlice<UInt8>
        let identifier: ArraySlice<UInt8>
        /// All that follows the identifier; empty when absent.
        let parameters: ArraySlice<UInt8>

        init(_ element: DERElement) throws(DERError) {
            var fields = element.inside
            identifier = try fields.take(DERElement.Tag.objectIdentifier, "algorithm").content
            (parameters, encoded) = (fields.rest, element.encoded)
        }
    }

    /// KeyDerivationFunc: PBKDF2 (RFC 8018 appendix A.2) or scrypt (RFC 7914 §7) with their parameters.
    struct Derivation {
        let function: Settings.KeyDerivation
        let salt: [UInt8]
        /// Bytes, where the file says.
        let keyLength: Int?

        static let pbkdf2 = ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 12)
        static let scrypt = ObjectIdentifier(1, 3, 6, 1, 4, 1, 11591, 4, 11)

        /// With a fresh salt.
        init(_ function: Settings.KeyDerivation, saltLength: Int, keyLength: Int) {
            (self.function, self.keyLength, salt) = (function, keyLength, randomBytes(saltLength))
        }

        /// Throws `unsupportedAlgorithm` for other functions, and for other hashes inside PBKDF2 than the format knows.
        init(_ algorithm: Algorithm) throws(KeystoreError) {
            if Self.pbkdf2 == algorithm.identifier {
                let (salt, iterations, length, prf) = try readingDER { () throws(DERError) in
                    var fields = try DERReader.single(DERElement.Tag.sequence, in: algorithm.parameters, "PBKDF2-params").inside
                    let salt = try fields.take(DERElement.Tag.octetString, "salt").content
                    let iterations = try fields.take(DERElement.Tag.integer, "iterationCount").integer("iterationCount")
                    let length = try fields.takeIfPresent(DERElement.Tag.integer, "keyLength")?.integer("keyLength")
                    let prf = try fields.takeIfPresent(DERElement.Tag.sequence, "prf").map { (prf) throws(DERError) in try Algorithm(prf) }
                    try fields.end("PBKDF2-params")
                    return (Array(salt), iterations, length, prf)
                }
                // Absent means HMAC-SHA1 (RFC 8018), which the format does not allow.
                guard let prf, let hash = Settings.Hash(macIdentifier: prf.identifier) else {
                    throw .unsupportedAlgorithm(
                        field: "function of PBKDF2", oid: prf.map { ObjectIdentifier.dotted($0.identifier) } ?? "1.2.840.113549.2.7")
                }
                (function, self.salt, keyLength) = (.pbkdf2(hash, iterations: iterations), salt, length)
            } else if Self.scrypt == algorithm.identifier {
                (function, salt, keyLength) = try readingDER { () throws(DERError) in
                    var fields = try DERReader.single(DERElement.Tag.sequence, in: algorithm.parameters, "scrypt-params").inside
                    let salt = try fields.take(DERElement.Tag.octetString, "salt").content
                    let cost = try fields.take(DERElement.Tag.integer, "costParameter").integer("costParameter")
                    let blockSize = try fields.take(DERElement.Tag.integer, "blockSize").integer("blockSize")
                    let parallelism = try fields.take(DERElement.Tag.integer, "parallelizationParameter")
                        .integer("parallelizationParameter")
                    let length = try fields.takeIfPresent(DERElement.Tag.integer, "keyLength")?.integer("keyLength")
                    try fields.end("scrypt-params")
                    return (.scrypt(cost: cost, blockSize: blockSize, statedParallelism: parallelism), Array(salt), length)
                }
            } else {
                throw .unsupportedAlgorithm(field: "key derivation", oid: ObjectIdentifier.dotted(algorithm.identifier))
            }
        }

        var der: [UInt8] {
            let length = keyLength.map(DER.integer) ?? []
            switch function {
            case .pbkdf2(let hash, let iterations):
                let parameters = DER.sequence(DER.octets(salt), DER.integer(iterations), length, hash.macAlgorithm)
                return DER.sequence(DER.oid(Self.pbkdf2), parameters)
            case .scrypt(let cost, let blockSize, let parallelism):
                let numbers = DER.integer(cost) + DER.integer(blockSize) + DER.integer(parallelism)
                return DER.sequence(DER.oid(Self.scrypt), DER.sequence(DER.octets(salt), numbers, length))
            }
        }

        /// Counts the work of one derivation before anything is done. `length` counts where the file has none.
        func charge(_ budget: inout WorkBudget, length: Int) throws(KeystoreError) {
            let length = keyLength ?? length
            try budget.allow(derivedLength: length, of: "derived key length")
            switch function {
            case .pbkdf2(_, let iterations):
                // Each block of output costs all iterations once more.
                for _ in stride(from: 0, to: length, by: SHA512.byteCount) {
                    try budget.spend(iterations: iterations, on: "iterations of PBKDF2")
                }
            case .scrypt(let cost, let blockSize, _):
                try budget.spend(scryptCost: cost, blockSize: blockSize, parallelism: blockSize)
            }
        }

        /// `length` bytes. `charge` was called before.
        func key(for purpose: Purpose, password: KeystorePassword, length: Int) throws(KeystoreError) -> [UInt8] {
            var secret = purpose.secret(with: password)
            defer { secret.wipe() }
            do {
                switch function {
                case .pbkdf2(.sha512, let iterations):
                    let key = try KDF.Insecure.PBKDF2.deriveKey(
                        from: secret, salt: salt, using: .sha512, outputByteCount: length, unsafeUncheckedRounds: iterations)
                    return key.withUnsafeBytes { Array($0) }
                case .pbkdf2(.sha3_512, let iterations):
                    return try PBKDF2.derive(.sha3_512, password: secret, salt: salt, iterations: iterations, count: length)
                case .scrypt(let cost, let blockSize, _):
                    let key = try KDF.Scrypt.deriveKey(
                        from: secret, salt: salt, outputByteCount: length, rounds: cost, blockSize: blockSize, parallelism: blockSize)
                    return key.withUnsafeBytes { Array($0) }
                }
            } catch {
                // Counts and lengths were checked; what is left is a combination that RFC 7914 §2 excludes.
                throw .malformed(field: "key derivation", offset: 0)
            }
        }
    }
}

extension BCFKS.Settings.Hash {
    /// The identifier of HMAC with this hash, which also names it as PBKDF2's function (RFC 8018 appendix B.1.2; NIST's object registry).
    var macIdentifier: ObjectIdentifier {
        switch self {
        case .sha512: ObjectIdentifier(1, 2, 840, 113_549, 2, 11)
        case .sha3_512: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 16)
        }
    }

    init?(macIdentifier: ArraySlice<UInt8>) {
        guard let hash = [.sha512, .sha3_512].first(where: { (hash: Self) in hash.macIdentifier == macIdentifier }) else { return nil }
        self = hash
    }

    /// DER of the AlgorithmIdentifier, with the NULL that Bouncy Castle puts.
    var macAlgorithm: [UInt8] { DER.sequence(DER.oid(macIdentifier), DER.null) }

    func mac(of bytes: ArraySlice<UInt8>, key: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        return switch self {
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: bytes, using: key))
        case .sha3_512: Array(HMAC<SHA3_512>.authenticationCode(for: bytes, using: key))
        }
    }
}
