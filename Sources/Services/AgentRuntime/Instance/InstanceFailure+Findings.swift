import Diagnosis

extension InstanceFailure {
    /// Root cause first.
    func findings(instance: String, user: String, home: String) -> [Finding] {
        switch self {
        case .notSent(let evidence):
            let findings = ConnectionFindings.explaining(evidence, context: FixContext(home: home))
            let errors = findings.filter { $0.severity == .error }
            return errors.isEmpty ? [AgentFindings.interrupted(instance: instance, what: "no session came about")] : errors
        case .interrupted(_, let what): return [AgentFindings.interrupted(instance: instance, what: what)]
        case .loginRefused(let finding, let words):
            return [AgentFindings.loginRefused(finding, words: words, instance: instance, user: user, home: home)]
        case .status(let status, _, _) where kind == .refused:
            return [AgentFindings.authRefused(instance: instance, user: user, status: status, home: home)]
        case .status(409, _, let beginning):
            return [AgentFindings.duplicate(instance: instance, what: beginning)]
        case .status(403, _, _): return [AgentFindings.authRefused(instance: instance, user: user, status: 403, home: home)]
        case .status, .notUnderstood: return [AgentFindings.unexpectedAnswer(instance: instance, what: summary)]
        }
    }
}
