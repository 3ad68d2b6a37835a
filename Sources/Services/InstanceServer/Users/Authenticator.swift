import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore
import Synchronization

/// Who a request comes from, by basic authentication. A password that was found right is remembered for ten minutes (as a keyed hash, in
/// memory only), because finding that out is slow on purpose.
final class Authenticator: Sendable {
    static let rememberedSeconds: Double = 600
    static let rememberedMost = 1000

    private struct Known {
        var user: UserRecord
        var until: Date
    }

    private let store: InstanceStore
    private let now: @Sendable () -> Date
    private let key = SymmetricKey(size: .bits256)
    private let known = Mutex<[Data: Known]>([:])
    private let checker = PasswordChecker()

    init(store: InstanceStore, now: @escaping @Sendable () -> Date) { (self.store, self.now) = (store, now) }

    /// Throws 401 without valid credentials, 403 without the role. An administrator has every role.
    func user(of request: Request, role: UserRole) async throws -> UserRecord {
        guard let (name, password) = Self.credentials(request.headers[.authorization]),
            let user = try await user(name: name, password: password)
        else { throw APIFault.notAuthenticated }
        guard user.roles.contains(role) || user.roles.contains(.admin) else { throw APIFault.notAuthorized }
        return user
    }

    func user(name: String, password: String) async throws -> UserRecord? {
        let proof = Data(HMAC<SHA256>.authenticationCode(for: Data((name + "\0" + password).utf8), using: key))
        let time = now()
        if let hit = known.withLock({ $0[proof] }), hit.until > time { return hit.user }
        guard let user = try await checker.check(name, password, in: store) else { return nil }
        known.withLock { known in
            if known.count >= Self.rememberedMost { known = known.filter { $0.value.until > time } }
            if known.count >= Self.rememberedMost { known.removeAll() }
            known[proof] = Known(user: user, until: time.addingTimeInterval(Self.rememberedSeconds))
        }
        return user
    }

    /// RFC 7617: the user name ends at the first colon.
    static func credentials(_ header: String?) -> (name: String, password: String)? {
        guard let header, header.utf8.count <= 4096 else { return nil }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let text = String(data: data, encoding: .utf8), let colon = text.firstIndex(of: ":"), colon != text.startIndex
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

/// One password at a time: guessing many does not take all processors away from the agents.
private actor PasswordChecker {
    private var last: Task<UserRecord?, any Error>?

    func check(_ name: String, _ password: String, in store: InstanceStore) async throws -> UserRecord? {
        let earlier = last
        let task = Task {
            _ = await earlier?.result
            return try await store.user(name, password: password)
        }
        last = task
        return try await task.value
    }
}
