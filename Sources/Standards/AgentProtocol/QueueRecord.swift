/// One row of the queue (`ecc_queue`): a job on its way out, or a result on its way in.
public struct QueueRecord: Hashable, Sendable, Codable {
    /// The instance's point of view: `output` is a job for an agent, `input` what an agent says.
    public enum Queue: String, Sendable, Codable, CaseIterable { case output, input }
    public enum State: String, Sendable, Codable, CaseIterable { case ready, processing, processed, error }

    public var sysID: SysID
    /// `mid.server.<name>`.
    public var agent: String
    public var queue: Queue
    public var state: State
    /// Which probe handles it.
    public var topic: String
    /// The probe's main argument.
    public var name: String
    /// The target; for `SystemCommand` the verb.
    public var source: String
    /// `<parameters>…` of a job, `<results>…` of a result.
    public var payload: String
    public var priority: Priority
    /// Orders rows of equal priority; ascending.
    public var sequence: Int64
    /// The job that a result answers.
    public var responseTo: SysID?
    public var agentCorrelator: String
    public var errorString: String

    public init(
        sysID: SysID = .random(), agent: String, queue: Queue, state: State = .ready, topic: String, name: String = "", source: String = "",
        payload: String = "", priority: Priority = .standard, sequence: Int64 = 0, responseTo: SysID? = nil, agentCorrelator: String = "",
        errorString: String = ""
    ) {
        (self.sysID, self.agent, self.queue, self.state, self.topic) = (sysID, agent, queue, state, topic)
        (self.name, self.source, self.payload, self.priority) = (name, source, payload, priority)
        (self.sequence, self.responseTo, self.agentCorrelator) = (sequence, responseTo, agentCorrelator)
        self.errorString = errorString
    }
}

/// Which of the agent's three pools runs a job. Smaller is more urgent.
public enum Priority: Int, Sendable, Codable, CaseIterable, Comparable {
    case interactive = 0
    case expedited = 1
    case standard = 2

    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}

/// The agent's name as queue rows carry it.
public func queueAgent(named name: String) -> String { "mid.server." + name }
