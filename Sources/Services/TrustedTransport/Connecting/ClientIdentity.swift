public import JavaKeystore
import NIOSSL

/// What the agent shows when a peer asks for a client certificate (mutual TLS).
public struct ClientIdentity: Sendable {
    /// DER, the agent's own first.
    public var chain: [[UInt8]]
    public var key: PrivateKeyInfo

    public init(chain: [[UInt8]], key: PrivateKeyInfo) { (self.chain, self.key) = (chain, key) }

    func install(in tls: inout TLSConfiguration) throws {
        tls.certificateChain = try chain.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key.der, format: .der))
    }
}
