import AgentIdentity
import AgentProtocol
import JavaKeystore
import PathValidation

import struct Foundation.Date

/// Gets a client certificate from the instance's authority, over the agent's key, and puts it into the keystore.
struct ClientCertificateRenewal: Sendable {
    let custody: IdentityCustody
    let midID: String
    let client: InstanceClient
    let agent: SysID
    let identity: IdentityRing

    enum Failure: Error {
        case instance(InstanceFailure)
        case custody(IdentityCustody.Failure)
        case answerUnusable
    }

    /// It is for another key than the agent's present one, or three quarters of its life are over.
    static func isDue(_ pairs: IdentityRing.Pairs, now: Date) -> Bool {
        guard let client = pairs.client, let certificate = try? ParsedCertificate(der: client.certificateDER) else { return false }
        let life = certificate.notAfter.timeIntervalSince(certificate.notBefore)
        return client.thumbprint != pairs.current.thumbprint || now.timeIntervalSince(certificate.notBefore) > life * 0.75
    }

    func perform(now: Date) async throws(Failure) {
        let pair = identity.pairs.current
        // What the certificate says of whom is the authority's business.
        guard let subject = try? DistinguishedName("CN=agent"), let key = try? PrivateKeyInfo(der: pair.privateKeyPKCS8),
            let request = try? CertificateRequest(subject: subject).make(key: key)
        else { throw .answerUnusable }
        let chain: [[UInt8]]
        do throws(InstanceFailure) { chain = try await client.certify(request: request, as: agent) } catch { throw .instance(error) }
        guard let leaf = chain.first,
            let certified = try? IdentityKeyPair(
                privateKeyDER: pair.privateKeyPKCS8, certificateDER: leaf, issuersDER: Array(chain.dropFirst()))
        else { throw .answerUnusable }
        let password = KeystorePassword(midID)
        do throws(IdentityCustody.Failure) {
            identity.pairs = try custody.change(midID: midID) { keystore, settings throws(IdentityError) in
                try IdentityKeystore.storing(
                    certified, in: keystore, password: password, created: now, settings: settings, alias: IdentityKeystore.clientAlias)
            }
        } catch { throw .custody(error) }
    }
}
