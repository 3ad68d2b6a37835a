import Crypto
import CryptoExtras
import Foundation
import PathValidation
import SwiftASN1
import X509

/// A certificate by which an agent logs in, issued over the key that it has on record.
struct IssuedClientCertificate: Hashable, Sendable {
    /// DER: the client's own, then the issuing one.
    var chain: [[UInt8]]
    var serial: String
    var sha256: String
    var notAfter: Date
}

extension InstanceAuthority {
    /// Throws `requestInvalid` when the request is not signed by the key that it is for, or that key is not the recorded certificate's.
    func issueClientCertificate(
        request der: [UInt8], over recorded: [UInt8], agent name: String, now: Date
    ) async throws(InstanceAuthorityError) -> IssuedClientCertificate {
        guard der.count <= AgentCertificate.longest, let request = try? CertificateSigningRequest(derEncoded: der) else {
            throw .requestInvalid("not a PKCS#10 request")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw .requestInvalid("not signed by the key that it is for")
        }
        guard let certificate = try? Certificate(derEncoded: recorded), certificate.publicKey == request.publicKey else {
            throw .requestInvalid("for another key than the one on record")
        }
        do {
            let certificate = try CertificateProfile.client(
                key: request.publicKey, agent: name, issuing: issuing, places: places, now: now)
            let der = try Self.der(of: certificate)
            try await record(certificate, der: der, issuer: .issuing)
            return IssuedClientCertificate(
                chain: [der, issuing.der], serial: AuthoritySerial.text(certificate.serialNumber),
                sha256: try ParsedCertificate(der: der).sha256, notAfter: certificate.notValidAfter)
        } catch { throw InstanceAuthorityError(error, at: files.directory) }
    }
}
