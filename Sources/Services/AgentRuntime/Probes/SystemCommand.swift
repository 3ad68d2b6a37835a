/// Verbs that the instance may send. The list of those that are done is closed, and so far empty: none of the known ones is safe to do
/// without a policy that allows it.
struct SystemCommand: Probe {
    let topic = "SystemCommand"

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        let finding = AgentFindings.jobRefused(
            subject: "SystemCommand \(job.source)", cause: "The command \(job.source) is not on this agent's list of allowed commands.")
        return .failure("The system command \(job.source) is not allowed on this agent.", findings: [finding]).withFindings()
    }
}
