import Crypto
import CryptoExtras
import LegacyCryptography
import StrictDER

/// A key derivation function of PKCS#5 with its parameters: PBKDF2 (RFC 8018 appendix A.2) or scrypt (RFC 7914 §7).
struct KeyDerivation {
    enum Function: Hashable {
        case pbkdf2(PKCS12.Digest, iterations: Int)
        case scrypt(cost: Int, blockSize: Int, parallelism: Int)
    }
    let function: Function
    let salt: [UInt8]
    /// Bytes, where the file says.
    let keyLength: Int?

    /// The longest salt that is read. Genuine ones have 8 to 64 bytes; our choice.
    static let saltLimit = 1024
    static let scryptIdentifier = ObjectIdentifier(1, 3, 6, 1, 4, 1, 11591, 4, 11)

    init(_ function: Function, salt: [UInt8], keyLength: Int?) {
        (self.function, self.salt, self.keyLength) = (function, salt, keyLength)
    }

    /// `field` says in errors what the key is for.
    init(_ algorithm: AlgorithmParts, _ field: String) throws(KeystoreError) {
        let isScrypt = Self.scryptIdentifier == algorithm.identifier
        guard isScrypt || PKCS12Identifiers.pbkdf2 == algorithm.identifier else {
            throw .unsupportedAlgorithm(field: field, oid: algorithm.dotted)
        }
        self = isScrypt ? try Self.scrypt(algorithm.parameters) : try Self.pbkdf2(algorithm.parameters, field)
    }

    private static func pbkdf2(_ parameters: ArraySlice<UInt8>, _ field: String) throws(KeystoreError) -> KeyDerivation {
        typealias Tag = DERElement.Tag
        let (salt, iterations, keyLength, function) = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(Tag.sequence, in: parameters, "PBKDF2 parameters").inside
            // The alternative to the OCTET STRING, an algorithm that makes the salt, has never been defined.
            let salt = try fields.takeSalt()
            let iterations = try fields.take(Tag.integer, "iterations").integer("iterations")
            let keyLength = try fields.takeIfPresent(Tag.integer, "key length")?.integer("key length")
            let function = fields.isAtEnd ? nil : try AlgorithmParts(&fields, "pseudo-random function")
            try fields.end("PBKDF2 parameters")
            return (salt, iterations, keyLength, function)
        }
        var digest = PKCS12.Digest.insecureSHA1
        if let function {
            guard let named = PKCS12.Digest.namedAsHMAC(function.identifier) else {
                throw .unsupportedAlgorithm(field: "pseudo-random function of the \(field)", oid: function.dotted)
            }
            digest = named
        }
        return KeyDerivation(.pbkdf2(digest, iterations: iterations), salt: salt, keyLength: keyLength)
    }

    private static func scrypt(_ parameters: ArraySlice<UInt8>) throws(KeystoreError) -> KeyDerivation {
        typealias Tag = DERElement.Tag
        return try readingDER { () throws(DERError) in
            var fields = try DERReader.single(Tag.sequence, in: parameters, "scrypt parameters").inside
            let salt = try fields.takeSalt()
            let cost = try fields.take(Tag.integer, "scrypt cost").integer("scrypt cost")
            let blockSize = try fields.take(Tag.integer, "scrypt block size").integer("scrypt block size")
            let parallelism = try fields.take(Tag.integer, "scrypt parallelism").integer("scrypt parallelism")
            let keyLength = try fields.takeIfPresent(Tag.integer, "key length")?.integer("key length")
            try fields.end("scrypt parameters")
            return KeyDerivation(.scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism), salt: salt, keyLength: keyLength)
        }
    }

    var algorithmIdentifier: [UInt8] {
        let length = keyLength.map(DER.integer) ?? []
        switch function {
        case .pbkdf2(let digest, let iterations):
            let parameters = DER.sequence(
                DER.octets(salt), DER.integer(iterations), length, AlgorithmParts.encode(digest.hmacIdentifier))
            return AlgorithmParts.encode(PKCS12Identifiers.pbkdf2, parameters)
        case .scrypt(let cost, let blockSize, let parallelism):
            let parameters = DER.sequence(
                DER.octets(salt), DER.integer(cost), DER.integer(blockSize), DER.integer(parallelism), length)
            return AlgorithmParts.encode(Self.scryptIdentifier, parameters)
        }
    }

    /// A key of `count` bytes, which the limits have allowed. Throws `overLimit` before any work that costs too much.
    func key(_ password: PasswordBytes, count: Int, budget: inout WorkBudget) throws(KeystoreError) -> [UInt8] {
        switch function {
        case .pbkdf2(let digest, let iterations):
            // Every block of output costs all iterations.
            try budget.spend(iterations: iterations, blocks: (count + digest.size - 1) / digest.size)
            if let key = digest.pbkdf2(password: password.pkcs5, salt: salt, iterations: iterations, count: count) { return key }
            throw .malformed(field: "PBKDF2 parameters", offset: 0)
        case .scrypt(let cost, let blockSize, let parallelism):
            try budget.spend(scryptCost: cost, blockSize: blockSize, parallelism: parallelism)
            let key = try? KDF.Scrypt.deriveKey(
                from: password.pkcs5, salt: salt, outputByteCount: count, rounds: cost, blockSize: blockSize, parallelism: parallelism)
            if let key { return key.withUnsafeBytes { Array($0) } }
            throw .malformed(field: "scrypt parameters", offset: 0)
        }
    }
}

extension DERReader {
    mutating func takeSalt() throws(DERError) -> [UInt8] {
        let salt = try take(DERElement.Tag.octetString, "salt")
        guard salt.content.count <= KeyDerivation.saltLimit else {
            throw DERError(
                .overLimit(found: salt.content.count, limit: KeyDerivation.saltLimit), field: "salt", offset: salt.encoded.startIndex)
        }
        return Array(salt.content)
    }
}

extension WorkBudget {
    /// For a derivation that runs through its iterations once per block of output.
    mutating func spend(iterations: Int, blocks: Int) throws(KeystoreError) {
        for _ in 0..<blocks { try spend(iterations: iterations, on: "iterations") }
    }
}
