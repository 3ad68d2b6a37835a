import AgentConfiguration
import AgentIdentity
import AgentProtocol
import FoundationEssentials

/// Says to the instance who the agent is and which key it holds.
struct Introduction: Sendable {
    let client: InstanceClient
    let name: String
    let home: String
    let version: String
    /// Only ever sent while the agent is not validated.
    let registrationKey: Secret?

    func announce(
        _ pair: IdentityKeyPair, as agent: SysID?, proof: String? = nil
    ) async throws(InstanceFailure) -> AgentMessages.AnnouncementAnswer {
        try await client.announce(
            .init(
                name: name, sysID: agent, hostName: Machine.hostName, homeDirectory: home, version: version,
                certificate: Data(pair.certificateDER).base64EncodedString(), registrationKey: registrationKey?.reveal(),
                continuityProof: proof))
    }

    /// Announces the pair in use. When the instance has another key on record, each of the other pairs may vouch for it: a rotation that
    /// was cut off, or an instance that was put back to an earlier day, mends itself like that.
    func vouched(for pairs: IdentityRing.Pairs, as agent: SysID?) async throws(InstanceFailure) -> AgentMessages.AnnouncementAnswer {
        var answer = try await announce(pairs.current, as: agent)
        for voucher in pairs.all.dropFirst() where answer.key == .proofRequired || answer.key == .proofInvalid {
            guard
                let proof = try? ContinuityProof.sign(
                    by: voucher, newThumbprint: pairs.current.thumbprint, agent: answer.sysID, nonce: answer.nonce)
            else { continue }
            answer = try await announce(pairs.current, as: answer.sysID, proof: proof)
        }
        // Said once more, it takes the other one's place.
        return answer.key == .accepted ? try await announce(pairs.current, as: answer.sysID) : answer
    }
}
