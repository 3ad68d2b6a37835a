import AgentIdentity
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore
import Synchronization

/// Who a request comes from: by basic authentication, by an agent's token, or by a client certificate. A password that was found right is
/// remembered for ten minutes (as a keyed hash, in memory only), because finding that out is slow on purpose.
final class Authenticator: Sendable {
    static let rememberedSeconds: Double = 600
    static let rememberedMost = 1000

    private struct Known {
        var user: UserRecord
        var until: Date
    }

    private let store: InstanceStore
    private let clientCertificates: ClientCertificates
    private let now: @Sendable () -> Date
    private let key = SymmetricKey(size: .bits256)
    private let known = Mutex<[Data: Known]>([:])
    private let checker = PasswordChecker()

    init(store: InstanceStore, clientCertificates: ClientCertificates, now: @escaping @Sendable () -> Date) {
        (self.store, self.clientCertificates, self.now) = (store, clientCertificates, now)
    }

    /// Throws 401 without valid credentials, 403 without the role. An administrator has every role.
    func user(of request: Request, role: UserRole) async throws -> UserRecord {
        guard let user = try await user(of: request) else { throw APIFault.notAuthenticated }
        guard user.roles.contains(role) || user.roles.contains(.admin) else { throw APIFault.notAuthorized }
        return user
    }

    private func user(of request: Request) async throws -> UserRecord? {
        guard let header = request.headers[.authorization] else {
            guard let certificate = PresentedCertificate.current else { return nil }
            do { return try await clientCertificates.user(of: certificate) } catch let refusal as ClientCertificates.Refusal {
                throw refusal.fault
            }
        }
        if let token = Self.bearer(header) { return try await user(token: token) }
        guard let (name, password) = Self.credentials(header) else { return nil }
        return try await user(name: name, password: password)
    }

    /// The user of the agent whose key on record signed the token.
    private func user(token: String) async throws -> UserRecord? {
        guard let (name, _) = AgentToken.claimed(in: token), let agent = try await store.agent(named: name) else { return nil }
        var refusal = AgentToken.Refusal.keyDiffers
        for certificate in [agent.certificate, agent.pendingCertificate].compactMap({ $0 }) {
            let proved: AgentToken
            do throws(AgentToken.Refusal) { proved = try AgentToken(token, certificateDER: certificate, now: now()) } catch {
                if error != .keyDiffers { refusal = error }
                continue
            }
            guard proved.agentName == agent.name, proved.user == agent.userName else { return nil }
            return try await store.user(named: agent.userName)
        }
        throw APIFault(
            status: .unauthorized, message: "User Not Authenticated", detail: refusal.words,
            finding: refusal == .keyDiffers ? "identity.key-mismatch" : "auth.refused")
    }

    /// RFC 6750 §2.1.
    static func bearer(_ header: String) -> String? {
        guard header.utf8.count <= AgentToken.textLimit + 16, header.prefix(7).lowercased() == "bearer " else { return nil }
        return String(header.dropFirst(7))
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

/// The certificate that the client of the present request proved to have in its handshake, DER. Nothing else is known of it.
enum PresentedCertificate {
    @TaskLocal static var current: [UInt8]?
}

extension AgentToken.Refusal {
    var words: String {
        switch self {
        case .malformed: "The token cannot be read."
        case .algorithmNotSupported(let name): "The token is signed with \(name.prefix(20)); RS256 is taken."
        case .keyDiffers: "The token is signed by another key than the one on record."
        case .signature: "The token's signature does not fit."
        case .otherAudience: "The token is meant for somebody else."
        case .expired(let seconds): "The token ended \(seconds) seconds ago: do the clocks agree?"
        case .timesNotPlausible: "The token begins in the future, or lasts too long: do the clocks agree?"
        }
    }
}
