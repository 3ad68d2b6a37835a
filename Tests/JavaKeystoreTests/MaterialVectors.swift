import Foundation
import Testing

@testable import JavaKeystore

/// Files of `Vectors/Material`.
enum MaterialVectors {
    static let password = KeystorePassword("vector-password")
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Vectors/Material")

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }
    static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    static func read(_ name: String) throws -> KeyMaterial { try KeyMaterial.read(bytes(name), password: password) }
    static func certificate(_ name: String) throws -> StoredCertificate { try #require(read(name).certificates.first) }
    static func key(_ name: String) throws -> PrivateKeyInfo { try #require(read(name).privateKeys.first) }

    static let names: [String] = {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return all.filter { $0.hasSuffix(".pem") || $0.hasSuffix(".der") || $0.hasSuffix(".p7b") }.sorted()
    }()
    static let namesOfDER = names.filter { $0.hasSuffix(".der") || $0.hasSuffix(".p7b") }
}

extension KeyMaterialError {
    var isPassword: Bool { problem == .contents(.keyPassword) }
}
