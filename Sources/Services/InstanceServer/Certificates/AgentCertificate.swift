import Crypto
import Foundation
import PathValidation
import SwiftASN1
import X509

/// The identity certificate that an agent announced, parsed once.
struct AgentCertificate: Hashable, Sendable {
    static let longest = 16 * 1024

    var der: [UInt8]
    var subject: String
    /// SHA-256 over the DER, upper-case pairs with colons, as browsers and keytool print it.
    var fingerprint: String
    var notAfter: Date

    /// Throws 400 for what is not one DER certificate.
    init(base64: String) throws(APIFault) {
        guard base64.utf8.count <= Self.longest * 2, let data = Data(base64Encoded: base64), let parsed = AgentCertificate(der: Array(data))
        else {
            throw .malformed("Bad value: certificate")
        }
        self = parsed
    }

    init?(der: [UInt8]) {
        guard der.count <= Self.longest, let certificate = try? Certificate(derEncoded: der) else { return nil }
        self.der = der
        subject = certificate.subject.description
        fingerprint = SHA256.hash(data: der).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
        notAfter = certificate.notValidAfter
    }
}
