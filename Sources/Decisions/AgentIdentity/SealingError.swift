/// Why a secret was not sealed or not opened. No key, no plain text.
public enum SealingError: Error, Hashable, Sendable {
    case overLimit(found: Int, limit: Int)
    /// The recipient's certificate or key cannot be read, or is not RSA with at least 2048 bits.
    case recipientUnusable
    /// The text is not a JWE in compact form with the header we write.
    case malformed(part: String)
    case algorithmNotSupported(name: String)
    /// Sealed to another key: `found` is its thumbprint.
    case keyDiffers(found: String)
    case agentDiffers
    case recordDiffers
    /// The key does not open it, or some part was altered: authenticated encryption does not say which.
    case altered
    /// The cryptographic library refused; it gives no reasons.
    case sealingFailed
}
