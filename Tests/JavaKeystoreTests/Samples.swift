import Foundation
import Testing

@testable import JavaKeystore

/// Small stores. Certificates and keys are opaque to a keystore, so any bytes do.
enum Samples {
    static let password = KeystorePassword("pässwörd-€-😀")
    static let created = Date(timeIntervalSince1970: 1_603_732_292.123)
    static let pkcs8: [UInt8] = Array(0..<57)

    static func keystore() throws -> Keystore {
        let key = try ProtectedKey.protecting(pkcs8: pkcs8, password: password, salt: Array(100..<120))
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
