/// Tells the instance how the agent is: the reply to the instance's own heartbeat, with the fields that are seen on the wire.
struct HeartbeatProbe: Probe {
    let topic = "HeartbeatProbe"
    let deadline = Duration.seconds(10)

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        let figures = await surroundings.status()
        var fields = [("mid_operational_state", "Up"), ("pid", String(Machine.processID))]
        if let bytes = Machine.residentBytes { fields.append(("memory.resident", String(bytes))) }
        if let threads = Machine.threads { fields.append(("threads", String(threads))) }
        for pool in figures.pools {
            let name = "pool." + pool.name.lowercased()
            fields += [
                (name + ".places", String(pool.places)), (name + ".running", String(pool.running)),
                (name + ".waiting", String(pool.waiting)),
            ]
        }
        fields += [("results.spooled", String(figures.spooledResults)), ("jobs.finished", String(figures.finishedJobs))]
        return ProbeReport(fields: fields)
    }
}
