import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

/// Small stores. Certificates and keys are opaque to a keystore, so any bytes do.
enum Samples {
    static let password = KeystorePassword("pässwörd-€-😀")
    static let created = Date(timeIntervalSince1970: 1_603_732_292.123)
    /// Shaped as PKCS#8, with octets that are no key.
    static let pkcs8: [UInt8] = DER.sequence(
        DER.integer(0), DER.sequence(DER.oid(ObjectIdentifier(1, 3, 101, 112))), DER.octets(Array(0..<57)))
    static func info() throws -> PrivateKeyInfo { try PrivateKeyInfo(der: pkcs8) }

    static func keystore() throws -> Keystore {
        let contents = JKSKeyProtector.protect(pkcs8, password: password, salt: Array(100..<120))
        let encrypted = EncryptedPrivateKeyInfo.encode(algorithm: JKSKeyProtector.identifier, parameters: DER.null, contents: contents)
        let key = ProtectedKey(.sun, stored: encrypted[...])
        let chain = [StoredCertificate(der: [0x30, 0x01, 0x02]), StoredCertificate(der: [], type: "X509")]
        return Keystore(entries: [
            .init(alias: "key", created: created, content: .privateKey(key, chain: chain)),
            .init(alias: "ключ-😀", created: Date(timeIntervalSince1970: -1.5), content: .trustedCertificate(chain[0])),
            .init(
                aliasUnits: [0x6C, 0xD800, 0, 0x7F, 0x80, 0x7FF, 0x800], createdMilliseconds: .max, content: .trustedCertificate(chain[1])),
            .init(alias: "", created: created, content: .privateKey(key, chain: [])),
        ])
    }
}
