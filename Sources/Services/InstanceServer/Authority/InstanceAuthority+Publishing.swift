import Foundation
import InstanceStore
import PathValidation
import X509

/// What the authority says about its certificates: revocation lists and OCSP answers, made when they are asked for.
extension InstanceAuthority {
    /// How long an answer counts.
    static let answerLife: Double = 86_400

    func revocationList(_ issuer: AuthorityIssuer, now: Date) async throws -> [UInt8] {
        let pair = issuer == .root ? root : issuing
        let revoked = try await store.revoked(issuer: issuer.rawValue, now: now)
        return try CertificateRevocationList.make(
            issuer: pair.certificate, privateKey: pair.key, number: Int(now.timeIntervalSince1970), thisUpdate: now,
            nextUpdate: now.addingTimeInterval(Self.answerLife),
            revoked: revoked.compactMap { issued in
                guard let revocation = issued.revocation, let serial = AuthoritySerial.bytes(issued.serial) else { return nil }
                return (serial: serial, at: revocation.at, reason: revocation.reason.flatMap(RevocationReason.init(rawValue:)))
            })
    }

    /// Answers a request about certificates of one of the two issuers; mixed requests are refused, as one key must sign.
    func answer(_ request: [UInt8], now: Date) async throws -> [UInt8] {
        guard let request = try? OCSPRequest(request) else { return OCSPResponse.error(.malformedRequest) }
        for (issuer, pair) in [(AuthorityIssuer.issuing, issuing), (.root, root)] {
            let signer = try ParsedCertificate(der: pair.der)
            guard request.identifiers.allSatisfy({ $0.isIssued(by: signer) }) else { continue }
            var statuses: [(identifier: OCSPCertID, status: OCSPResponse.CertificateStatus)] = []
            for identifier in request.identifiers {
                let serial = AuthoritySerial.text(Certificate.SerialNumber(bytes: identifier.serial))
                let issued = try await store.issued(issuer: issuer.rawValue, serial: serial)
                let status: OCSPResponse.CertificateStatus =
                    switch issued {
                    case nil: .unknown
                    case .some(let issued):
                        issued.revocation.map { .revoked(at: $0.at, reason: $0.reason.flatMap(RevocationReason.init(rawValue:))) } ?? .good
                    }
                statuses.append((identifier, status))
            }
            return try OCSPResponse.make(
                statuses, signer: signer, privateKey: pair.key, producedAt: now, nextUpdate: now.addingTimeInterval(Self.answerLife),
                nonce: request.nonce)
        }
        return OCSPResponse.error(.unauthorized)
    }
}
