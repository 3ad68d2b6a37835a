import Foundation
import JavaKeystore

enum KeystoreBenchmark {
    static let password = KeystorePassword("changeit")

    /// BUNDLE.pem FOLDER: the bundle's certificates as trust stores of every format we write, 20,000 of them in turn as `large.jks`, and
    /// `key.jceks` with a private key.
    static func make(_ arguments: [String]) throws {
        guard arguments.count == 2 else { throw Misuse() }
        let folder = URL(fileURLWithPath: arguments[1])
        let bundle = try KeyMaterial.read(Array(Data(contentsOf: URL(fileURLWithPath: arguments[0]))), password: nil).certificates
        guard !bundle.isEmpty else { throw Misuse() }
        let moment = Date()
        func store(_ count: Int) -> Keystore {
            Keystore(
                entries: (0..<count).map {
                    .init(alias: "anchor-\($0)", created: moment, content: .trustedCertificate(variant($0, of: bundle[$0 % bundle.count])))
                })
        }
        /// Java keeps certificates that it has seen, so repetitions differ in their signature's last octets.
        func variant(_ number: Int, of certificate: StoredCertificate) -> StoredCertificate {
            guard number >= bundle.count else { return certificate }
            let mark = [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
            return StoredCertificate(der: certificate.der.dropLast(mark.count) + mark)
        }
        func write(_ keystore: Keystore, _ format: KeystoreFormat, _ name: String) throws {
            let bytes = try keystore.write(.standard(for: format), password: password)
            try Data(bytes).write(to: folder.appendingPathComponent(name))
        }
        for format in [KeystoreFormat.jks, .jceks, .pkcs12, .bcfks] { try write(store(bundle.count), format, "anchors.\(format.rawValue)") }
        try write(store(20_000), .jks, "large.jks")
        let key = try PrivateKeyInfo.generate(.rsa2048)
        let closed = try ProtectedKey.protecting(key, password: password, in: .standard(for: .jceks))
        try write(
            Keystore(entries: [.init(alias: "key", created: moment, content: .privateKey(closed, chain: [bundle[0]]))]), .jceks, "key.jceks"
        )
    }

    /// FILE ROUNDS: median milliseconds for reading the file's bytes with its password, for the same with every certificate's fields
    /// found, and for opening the first key (0 when there is none).
    static func read(_ arguments: [String]) async throws {
        guard arguments.count == 2, let rounds = Int(arguments[1]) else { throw Misuse() }
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: arguments[0])))
        var reading: KeystoreReading?
        let opaque = try await medianOf(rounds: rounds) { reading = try Keystore.read(bytes, password: password) }
        let parsed = try await medianOf(rounds: rounds) {
            for entry in try Keystore.read(bytes, password: password).keystore.entries {
                if case .trustedCertificate(let certificate) = entry.content { _ = try certificate.outline() }
            }
        }
        var opening = 0.0
        for case .privateKey(let key, _) in reading?.keystore.entries.map(\.content) ?? [] {
            opening = try await medianOf(rounds: min(rounds, 12)) { _ = try key.open(password: password) }
            break
        }
        guard reading?.keystore.entries.isEmpty == false else { throw Misuse() }
        print(opaque / 1000, parsed / 1000, opening / 1000)
    }
}
