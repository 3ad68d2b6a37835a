import Diagnosis
import Foundation
import InstanceServer

/// The local systems of a trial: one that is as it should be, and four that are wrong in the ways that cost administrators their days.
struct TrialEndpoints {
    struct Place {
        var title: String
        var url: String
        /// What the certificate probe has to say about it; nil: it is trusted.
        var expected: String?
    }

    let places: [Place]
    let good: TrialEndpoint
    private let servers: [TrialEndpoint]

    static func start(authority: InstanceAuthority, credential: (user: String, password: String)) async throws -> TrialEndpoints {
        let now = Date()
        let sound = try await authority.issueServerCertificate(names: ["localhost"], now: now)
        let elsewhere = try await authority.issueServerCertificate(names: ["elsewhere.example"], now: now)
        let revoked = try await authority.issueServerCertificate(names: ["localhost"], now: now)
        try await authority.revoke(serial: revoked.serial, reason: 1, now: now)
        let imitation = try InspectingAuthority(now: now).imitate("localhost", now: now)

        let good = try await TrialEndpoint.start(chain: sound.chain, keyPEM: sound.privateKeyPEM, credential: credential)
        let incomplete = try await TrialEndpoint.start(chain: Array(sound.chain.prefix(1)), keyPEM: sound.privateKeyPEM)
        let misnamed = try await TrialEndpoint.start(chain: elsewhere.chain, keyPEM: elsewhere.privateKeyPEM)
        let withdrawn = try await TrialEndpoint.start(chain: revoked.chain, keyPEM: revoked.privateKeyPEM)
        let intercepted = try await TrialEndpoint.start(chain: imitation.chain, keyPEM: imitation.keyPEM)
        let closed = try await TrialEndpoint.start(chain: sound.chain, keyPEM: sound.privateKeyPEM)
        let closedPort = closed.port
        await closed.stop()

        func place(_ title: String, _ port: Int, _ expected: String?) -> Place {
            Place(title: title, url: "https://localhost:\(port)", expected: expected)
        }
        return TrialEndpoints(
            places: [
                place("a system that is as it should be", good.port, nil),
                place("one that does not send its intermediate", incomplete.port, "chain.intermediate-missing"),
                place("one with a certificate for another name", misnamed.port, "hostname.mismatch"),
                place("one whose certificate was revoked", withdrawn.port, "revocation.revoked"),
                place("one behind a TLS-inspecting firewall", intercepted.port, "chain.intercepted"),
                place("one that is switched off", closedPort, "network.refused"),
            ], good: good, servers: [good, incomplete, misnamed, withdrawn, intercepted])
    }

    func stop() async { for server in servers { await server.stop() } }
}
