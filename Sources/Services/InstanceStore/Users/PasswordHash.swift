import Crypto
import CryptoExtras
import Foundation

/// PBKDF2 with HMAC-SHA512. Rounds are stored with each hash, so that they can grow.
struct PasswordHash: Hashable, Sendable {
    /// OWASP Password Storage Cheat Sheet (2023) for PBKDF2-HMAC-SHA512.
    static let rounds = 210_000
    static let byteCount = 32

    var salt: [UInt8]
    var rounds: Int
    var hash: [UInt8]

    init(salt: [UInt8], rounds: Int, hash: [UInt8]) { (self.salt, self.rounds, self.hash) = (salt, rounds, hash) }

    /// Takes about a tenth of a second, on purpose.
    init(of password: String) throws {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes(Array.init)
        self.init(salt: salt, rounds: Self.rounds, hash: try Self.derive(password, salt: salt, rounds: Self.rounds))
    }

    func matches(_ password: String) -> Bool {
        guard let candidate = try? Self.derive(password, salt: salt, rounds: rounds), candidate.count == hash.count else { return false }
        return zip(candidate, hash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, salt: [UInt8], rounds: Int) throws -> [UInt8] {
        try KDF.Insecure.PBKDF2.deriveKey(
            from: Array(password.utf8), salt: salt, using: .sha512, outputByteCount: byteCount, rounds: rounds
        ).withUnsafeBytes(Array.init)
    }
}
