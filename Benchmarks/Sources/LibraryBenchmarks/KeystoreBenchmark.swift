import Foundation
import JavaKeystore

enum KeystoreBenchmark {
    static let password = KeystorePassword("changeit")

    /// COUNT CERTIFICATE.der OUT: a trust store with the same certificate under COUNT aliases.
    static func make(_ arguments: [String]) throws {
        guard arguments.count == 3, let count = Int(arguments[0]) else { throw Misuse() }
        let certificate = StoredCertificate(der: Array(try Data(contentsOf: URL(fileURLWithPath: arguments[1]))))
        let moment = Date()
        let entries = (0..<count).map { Keystore.Entry(alias: "anchor-\($0)", created: moment, content: .trustedCertificate(certificate)) }
        try Data(JKS.write(Keystore(entries: entries), password: password)).write(to: URL(fileURLWithPath: arguments[2]))
    }

    /// FILE ROUNDS: microseconds for reading the file's bytes with its password.
    static func read(_ arguments: [String]) async throws {
        guard arguments.count == 2, let rounds = Int(arguments[1]) else { throw Misuse() }
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: arguments[0])))
        var entries = 0
        let microseconds = try await medianOf(rounds: rounds) {
            entries = try Keystore.read(bytes, password: password).keystore.entries.count
        }
        guard entries > 0 else { throw Misuse() }
        print(microseconds)
    }
}
