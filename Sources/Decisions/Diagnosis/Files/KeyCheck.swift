public import JavaKeystore

/// What came of trying to open a key.
public struct KeyCheck: Sendable {
    public enum State: Sendable {
        /// `match`: whether it belongs to the first certificate of its chain; nil when there is none.
        case opened(PrivateKeyInfo, match: KeyPairMatch?)
        case secret(algorithm: String, bits: Int)
        case closed(KeystoreError)
    }
    public var state: State

    /// nil for an entry without a key. What opens it first counts.
    public init?(_ content: Keystore.Content, candidates: [KeystorePassword]) {
        var reason: KeystoreError?
        for password in candidates {
            do throws(KeystoreError) {
                switch content {
                case .trustedCertificate: return nil
                case .privateKey(let key, let chain):
                    let info = try key.open(password: password)
                    state = .opened(info, match: chain.first.map { KeyPairMatch.of(info, and: $0) })
                case .secretKey(let key):
                    let secret = try key.open(password: password)
                    state = .secret(algorithm: secret.algorithm, bits: 8 * secret.bytes.count)
                }
                return
            } catch {
                // A wrong password tells less than anything else.
                if reason == nil || reason == .keyPassword { reason = error }
            }
        }
        if case .trustedCertificate = content { return nil }
        state = .closed(reason ?? .passwordMissing(field: "key"))
    }
}
