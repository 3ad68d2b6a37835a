import Crypto
public import Foundation
import InstanceStore
import X509

extension InstanceAuthority {
    /// Issues a certificate for a TLS server. `names` are host names and addresses; all go into the SAN, the first is the common name.
    public func issueServerCertificate(
        names: [String], days: Double = 90, now: Date
    ) async throws(InstanceAuthorityError) -> IssuedServerCertificate {
        let key = P256.Signing.PrivateKey()
        return try await issue(for: key, names: names, days: days, now: now).server
    }

    /// From now on the authority's answers call this certificate revoked. `reason` by RFC 5280 §5.3.1. A second call changes nothing.
    public func revoke(serial: String, reason: Int? = nil, now: Date) async throws(InstanceAuthorityError) {
        do {
            try await store.revoke(issuer: AuthorityIssuer.issuing.rawValue, serial: serial.lowercased(), at: now, reason: reason)
        } catch InstanceStoreError.absent { throw .notIssued(serial: serial) } catch {
            throw InstanceAuthorityError(error, at: files.directory)
        }
    }

    /// The instance's own certificate: the one on disk if it names the same hosts and addresses and is good for another 30 days.
    func ownServerCertificate(names: [String], now: Date) async throws(InstanceAuthorityError) -> IssuedServerCertificate {
        let (_, pem) = try files.key("server") { P256.Signing.PrivateKey().pemRepresentation }
        do {
            let key = try P256.Signing.PrivateKey(pemRepresentation: pem)
            if let existing = try files.certificates("server"), let own = existing.first, existing.dropFirst().first == issuing.certificate,
                try serves(own, key: key, names: names, now: now), try await !isRevoked(own)
            {
                return IssuedServerCertificate(
                    chain: try existing.map(Self.der), privateKeyPEM: pem, serial: AuthoritySerial.text(own.serialNumber))
            }
            let (certificate, server) = try await issue(for: key, names: names, days: CertificateProfile.serverDays, now: now)
            try files.write([certificate, issuing.certificate], as: "server")
            return server
        } catch { throw InstanceAuthorityError(error, at: files.directory) }
    }

    private func serves(_ own: Certificate, key: P256.Signing.PrivateKey, names: [String], now: Date) throws -> Bool {
        let covered = try own.extensions.subjectAlternativeNames.map { Array($0) } ?? []
        let wanted = try names.map(CertificateProfile.generalName)
        return own.publicKey == Certificate.PublicKey(key.publicKey) && covered == wanted
            && own.notValidAfter > now.addingTimeInterval(30 * CertificateProfile.day) && own.notValidBefore <= now
    }

    private func isRevoked(_ certificate: Certificate) async throws -> Bool {
        let serial = AuthoritySerial.text(certificate.serialNumber)
        return try await store.issued(issuer: AuthorityIssuer.issuing.rawValue, serial: serial)?.revocation != nil
    }

    private func issue(
        for key: P256.Signing.PrivateKey, names: [String], days: Double, now: Date
    ) async throws(InstanceAuthorityError) -> (certificate: Certificate, server: IssuedServerCertificate) {
        do {
            let issuing = self.issuing
            let certificate = try CertificateProfile.server(
                key: Certificate.PublicKey(key.publicKey), names: names, issuing: issuing, places: places, days: days, now: now)
            let der = try Self.der(of: certificate)
            // First on record, then out of the house: what exists can be revoked.
            try await record(certificate, der: der, issuer: .issuing)
            let server = IssuedServerCertificate(
                chain: [der, issuing.der], privateKeyPEM: key.pemRepresentation, serial: AuthoritySerial.text(certificate.serialNumber))
            return (certificate, server)
        } catch { throw InstanceAuthorityError(error, at: files.directory) }
    }
}
