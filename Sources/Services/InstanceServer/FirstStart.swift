import AgentProtocol
import Crypto
import Foundation
import InstanceStore

/// What exists only once.
enum FirstStart {
    static let administrator = "admin"
    static let passwordFile = "admin-password"

    static func instanceID(_ store: InstanceStore) async throws -> String {
        let setting = "instance.id"
        if let known = try await store.setting(setting) { return known }
        let fresh = SysID.random().description
        try await store.setSetting(setting, to: fresh)
        return fresh
    }

    /// Creates `admin` unless there is one. The password is on disk before the user is in the table: a crash in between starts over.
    static func createAdministrator(_ configuration: InstanceConfiguration, store: InstanceStore, now: Date) async throws {
        guard try await !store.userExists(administrator) else { return }
        let path = configuration.dataDirectory + "/" + passwordFile
        let password = configuration.adminPassword ?? RandomSecret.text()
        try OwnerOnlyFile.write(Array((password + "\n").utf8), to: path)
        try await store.createUser(UserRecord(name: administrator, roles: [.admin]), password: password, now: now)
    }
}

/// Passwords and one-time keys nobody has to remember: 192 bits, letters, digits, `-` and `_`.
enum RandomSecret {
    static func text() -> String {
        SymmetricKey(size: .bits192).withUnsafeBytes { Data($0) }.base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
    }
}
