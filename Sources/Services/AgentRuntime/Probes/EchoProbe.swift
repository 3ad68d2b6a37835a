/// Returns what it was given, and when it began: how latency is measured, and how a path is tried.
struct EchoProbe: Probe {
    let topic = "EchoProbe"

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        let started = Machine.microseconds
        // Microseconds since 1970.
        let fields = [("started_at", String(started)), ("source", job.source), ("name", job.name)]
        return ProbeReport(fields: fields + job.parameters.sorted { $0.key < $1.key }.map { ("parameter." + $0.key, $0.value) })
    }
}
