import Crypto
import Foundation

/// Seals secrets at rest with AES-256-GCM under a key in a file of its own, so that the database file alone gives nothing away.
struct SecretBox: Sendable {
    private let key: SymmetricKey

    /// Reads the key, or makes one on first use (mode 0600).
    init(keyFile: String) throws(InstanceStoreError) {
        if try OwnerOnlyFile.read(keyFile, limit: 32) == nil {
            let fresh = SymmetricKey(size: .bits256).withUnsafeBytes(Array.init)
            // Another process may be quicker: then its key counts.
            _ = try OwnerOnlyFile.writeUnlessPresent(fresh, to: keyFile)
        }
        let bytes = try OwnerOnlyFile.read(keyFile, limit: 32) ?? []
        guard bytes.count == 32 else { throw .secretKeyMalformed(path: keyFile, bytes: bytes.count) }
        key = SymmetricKey(data: bytes)
    }

    /// The alias is bound in: a sealed secret cannot be moved to another credential.
    func seal(_ secret: String, alias: String) throws -> Data {
        let box = try AES.GCM.seal(Data(secret.utf8), using: key, authenticating: Data(alias.utf8))
        guard let combined = box.combined else { throw InstanceStoreError.secretUnreadable(alias: alias) }
        return combined
    }

    func open(_ sealed: Data, alias: String) throws -> String {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: key, authenticating: Data(alias.utf8)),
            let secret = String(data: plain, encoding: .utf8)
        else { throw InstanceStoreError.secretUnreadable(alias: alias) }
        return secret
    }
}
