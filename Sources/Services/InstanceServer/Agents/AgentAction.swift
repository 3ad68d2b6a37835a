import AgentIdentity
import AgentProtocol
import Foundation
import InstanceStore
import PathValidation

/// What a person may do to an agent's identity. Each is written down with who did it.
public enum AgentAction: String, Sendable, Hashable, CaseIterable, Codable {
    /// The agent may do work with the key that it shows.
    case validate
    /// It may not, and makes itself a new key pair, also in the place of a custom certificate. Other aliases are spared.
    case invalidate
    /// It makes a new key pair, for which the old one vouches; it works on meanwhile.
    case rekey
    /// A generated key pair takes the place of a custom certificate.
    case removeCustom = "remove-custom"

    public enum Refusal: Error, Hashable, Sendable {
        /// Re-key is off: the agent never replaces a certificate of somebody's own by itself.
        case customCertificate(subject: String)
        case noCustomCertificate
        /// The agent has not announced itself yet.
        case noCertificate
        case notValidated
    }

    /// Changes the record; returns the words for the audit.
    func apply(to agent: inout AgentRecord, now: Date) throws(Refusal) -> String {
        let certificate = agent.certificate.flatMap { try? ParsedCertificate(der: $0) }
        let shown = certificate.map { "certificate \($0.sha256)" } ?? "no certificate"
        let isCustom = certificate.map { !IdentitySubject.isGenerated(commonName: $0.subject.commonName ?? "") } ?? false
        switch self {
        case .validate: (agent.validation, agent.autoInvalidatedAt) = (.yes, nil)
        case .invalidate:
            (agent.validation, agent.pendingCertificate) = (.no, nil)
            if certificate != nil { (agent.rekeyRequestedAt, agent.rekeyReplacesCustom) = (now, true) }
        case .rekey:
            guard let certificate else { throw .noCertificate }
            guard agent.validation == .yes else { throw .notValidated }
            if isCustom { throw .customCertificate(subject: certificate.subject.description) }
            (agent.rekeyRequestedAt, agent.rekeyReplacesCustom) = (now, false)
        case .removeCustom:
            guard certificate != nil else { throw .noCertificate }
            guard isCustom else { throw .noCustomCertificate }
            (agent.rekeyRequestedAt, agent.rekeyReplacesCustom) = (now, true)
        }
        return shown
    }
}

extension InstanceStore {
    /// Throws `absent` when no agent has the name.
    func perform(
        _ action: AgentAction, onAgentNamed name: String, by who: String, now: Date
    ) async throws(InstanceStoreError) -> Result<AgentRecord, AgentAction.Refusal> {
        try await act(action.rawValue, onAgentNamed: name, by: who, now: now) { agent throws(AgentAction.Refusal) in
            try action.apply(to: &agent, now: now)
        }
    }
}

extension AgentAction.Refusal {
    /// For people; names the way out.
    public var words: String {
        switch self {
        case .customCertificate(let subject):
            "The agent has a custom certificate (\(subject)), which it never replaces by itself: import a new one there, or remove-custom first."
        case .noCustomCertificate: "The agent's certificate is a generated one: rekey replaces it."
        case .noCertificate: "The agent has not announced a key yet: start it first."
        case .notValidated: "The agent is not validated: validate it first."
        }
    }
}
