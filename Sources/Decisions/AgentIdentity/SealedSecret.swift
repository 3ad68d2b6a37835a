public import AgentProtocol
import Crypto
import CryptoExtras
import FoundationEssentials

/// A secret for one agent, about one record: JWE in compact form (RFC 7516), key by RSA-OAEP-256, content by A256GCM (RFC 7518 §4.3, §5.3).
/// The header names key, agent and record and is authenticated with the content, so a secret moved to another record does not open.
/// Whoever has the certificate can seal; who sealed is for the channel to say.
public enum SealedSecret {
    /// Bytes of plain text; our choice: a credential, or a key with its chain.
    public static let plaintextLimit = 64 << 10
    /// Characters of a sealed text: what the largest plain text makes, with an 8192-bit key.
    public static let textLimit = (plaintextLimit + 2048) * 4 / 3 + 1024

    static let keyAlgorithm = "RSA-OAEP-256"
    static let contentAlgorithm = "A256GCM"

    public static func seal(
        _ plaintext: [UInt8], to certificateDER: [UInt8], agent: SysID, record: SysID
    ) throws(SealingError) -> String {
        guard let recipient = PublicKeyInfo(certificateDER: certificateDER) else { throw .recipientUnusable }
        return try seal(plaintext, to: recipient, agent: agent, record: record)
    }

    /// As above for somebody who has kept only the SubjectPublicKeyInfo.
    public static func seal(
        _ plaintext: [UInt8], toPublicKeyInfo der: [UInt8], agent: SysID, record: SysID
    ) throws(SealingError) -> String {
        guard let recipient = PublicKeyInfo(der: der) else { throw .recipientUnusable }
        return try seal(plaintext, to: recipient, agent: agent, record: record)
    }

    private static func seal(_ plaintext: [UInt8], to recipient: PublicKeyInfo, agent: SysID, record: SysID) throws(SealingError) -> String
    {
        guard plaintext.count <= plaintextLimit else { throw .overLimit(found: plaintext.count, limit: plaintextLimit) }
        guard let publicKey = recipient.encryptionKey else { throw .recipientUnusable }
        let header = SealedSecretHeader.text(keyID: recipient.thumbprint, agent: agent, record: record)
        do {
            let contentKey = SymmetricKey(size: .bits256)
            let wrapped = try publicKey.encrypt(contentKey.withUnsafeBytes { Array($0) }, padding: .PKCS1_OAEP_SHA256)
            let sealed = try AES.GCM.seal(plaintext, using: contentKey, authenticating: Array(header.utf8))
            let parts = [Array(wrapped), Array(sealed.nonce), Array(sealed.ciphertext), Array(sealed.tag)]
            return ([header] + parts.map { Base64URL.encode($0) }).joined(separator: ".")
        } catch {
            throw .sealingFailed
        }
    }

    public static func open(_ text: String, with pair: IdentityKeyPair, agent: SysID, record: SysID) throws(SealingError) -> [UInt8] {
        guard text.utf8.count <= textLimit else { throw .overLimit(found: text.utf8.count, limit: textLimit) }
        let parts = text.split(separator: ".", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 5 else { throw .malformed(part: "number of parts") }
        let header = try SealedSecretHeader(encoded: parts[0])
        guard header.kid == pair.thumbprint else { throw .keyDiffers(found: header.kid) }
        guard header.agent == agent else { throw .agentDiffers }
        guard header.record == record else { throw .recordDiffers }

        let wrapped = try bytes(of: parts[1], named: "encrypted key")
        let nonce = try bytes(of: parts[2], named: "initialization vector")
        let content = try bytes(of: parts[3], named: "ciphertext")
        let tag = try bytes(of: parts[4], named: "authentication tag")
        guard nonce.count == 12 else { throw .malformed(part: "initialization vector") }
        guard tag.count == 16 else { throw .malformed(part: "authentication tag") }

        let contentKey = unwrap(wrapped, with: pair)
        do {
            let box = try AES.GCM.SealedBox(nonce: .init(data: nonce), ciphertext: content, tag: tag)
            return Array(try AES.GCM.open(box, using: contentKey, authenticating: Array(parts[0].utf8)))
        } catch {
            throw .altered
        }
    }

    /// A key that does not unwrap is replaced by a random one, so that both failures look and last the same (RFC 7516 §11.5).
    private static func unwrap(_ wrapped: [UInt8], with pair: IdentityKeyPair) -> SymmetricKey {
        let substitute = SymmetricKey(size: .bits256)
        guard let unwrapped = try? pair.decryptionKey.decrypt(wrapped, padding: .PKCS1_OAEP_SHA256), unwrapped.count == 32 else {
            return substitute
        }
        return SymmetricKey(data: unwrapped)
    }

    private static func bytes(of part: Substring, named name: String) throws(SealingError) -> [UInt8] {
        guard let bytes = Base64URL.decode(part) else { throw .malformed(part: name) }
        return bytes
    }
}
