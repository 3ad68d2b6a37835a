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
    ///
    /// - Parameter earlier: asked only when none of those does: a keystore that was lost, replaced or given up, with a copy of it that is left.
    /// - Returns: the instance's answer, and which of the earlier pairs it took at their word.
    func vouched(
        for pairs: IdentityRing.Pairs, or earlier: @Sendable () -> [IdentityKeyPair], as agent: SysID?
    ) async throws(InstanceFailure) -> (answer: AgentMessages.AnnouncementAnswer, earlier: IdentityKeyPair?) {
        let answer = try await vouched(for: pairs.current, by: Array(pairs.all.dropFirst()), try await announce(pairs.current, as: agent))
            .answer
        guard answer.key == .proofRequired || answer.key == .proofInvalid else { return (answer, nil) }
        return try await vouched(for: pairs.current, by: earlier(), answer)
    }

    private func vouched(
        for pair: IdentityKeyPair, by others: [IdentityKeyPair], _ first: AgentMessages.AnnouncementAnswer
    ) async throws(InstanceFailure) -> (answer: AgentMessages.AnnouncementAnswer, earlier: IdentityKeyPair?) {
        var (answer, last) = (first, IdentityKeyPair?.none)
        for voucher in others where answer.key == .proofRequired || answer.key == .proofInvalid {
            guard
                let proof = try? ContinuityProof.sign(
                    by: voucher, newThumbprint: pair.thumbprint, agent: answer.sysID, nonce: answer.nonce)
            else { continue }
            answer = try await announce(pair, as: answer.sysID, proof: proof)
            last = voucher
        }
        // Said once more, it takes the other one's place.
        return answer.key == .accepted ? (try await announce(pair, as: answer.sysID), last) : (answer, nil)
    }
}
