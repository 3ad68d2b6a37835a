import AgentProtocol

/// Where a result lies that the instance has not acknowledged. The result itself stays on disk: an outage costs no memory.
struct SpooledResult: Equatable, Sendable {
    var key: String
    var job: SysID
    var token: Int64
    var priority: Priority
    /// Ascends in the order of arrival, over restarts too.
    var order: Int
    var segment: Int
    var offset: Int
    var count: Int
}

/// What is spooled, as a value: knows which segments are still needed.
struct SpoolIndex: Sendable {
    private(set) var results: [String: SpooledResult] = [:]
    private(set) var bytes = 0
    private var arrivals = 0

    /// A repetition of a key takes the place of the earlier one: it is the same result.
    mutating func add(_ result: AgentMessages.Result, segment: Int, offset: Int, count: Int) {
        remove(result.idempotencyKey)
        arrivals += 1
        results[result.idempotencyKey] = SpooledResult(
            key: result.idempotencyKey, job: result.record.responseTo ?? result.record.sysID, token: result.token,
            priority: result.record.priority, order: arrivals, segment: segment, offset: offset, count: count)
        bytes += count
    }

    mutating func remove(_ key: String) {
        if let gone = results.removeValue(forKey: key) { bytes -= gone.count }
    }

    /// The most urgent first, then the oldest; at least one when there is any, then as many as fit.
    func batch(maximum: Int, bytes limit: Int) -> [SpooledResult] {
        var room = limit
        let ordered = results.values.sorted { ($0.priority, $0.order) < ($1.priority, $1.order) }
        var batch: [SpooledResult] = []
        for result in ordered.prefix(maximum) {
            if !batch.isEmpty && result.count > room { break }
            batch.append(result)
            room -= result.count
        }
        return batch
    }

    /// The oldest segment that still holds an unsettled result.
    var oldestSegment: Int? { results.values.map(\.segment).min() }
}
