public import AgentProtocol
public import Diagnosis

/// What an agent tells while it works. `agent run` and the trial print the same events.
public enum AgentEvent: Sendable {
    case stepStarted(StartupStep)
    /// `details` are short sentences for people: what was read, checked, decided.
    case stepPassed(StartupStep, details: [String])
    /// `retryIn` is nil when the agent gives up.
    case stepFailed(StartupStep, findings: [Finding], retryIn: Duration?)
    /// The agent takes jobs from now on.
    case serving
    /// The instance took the validation back, or has not given it: no jobs.
    case notServing([Finding])
    case jobStarted(JobFacts)
    case jobFinished(JobFacts, JobOutcome)
    /// The instance has the result on disk, or never wants it.
    case resultAcknowledged(job: SysID, AgentMessages.ResultOutcome)
    case findingRaised(Finding)
    case stopped
}

public struct JobFacts: Hashable, Sendable {
    public var job: SysID
    public var topic: String
    /// Without user information and secret-looking query values.
    public var source: String
    public var priority: Priority
    public init(job: SysID, topic: String, source: String, priority: Priority) {
        (self.job, self.topic, self.source, self.priority) = (job, topic, source, priority)
    }
}

public struct JobOutcome: Hashable, Sendable {
    /// 0 is success, as on the wire.
    public var resultCode: Int
    public var duration: Duration
    public var findings: [Finding]
    public var errorString: String
    public init(resultCode: Int, duration: Duration, findings: [Finding], errorString: String) {
        (self.resultCode, self.duration, self.findings, self.errorString) = (resultCode, duration, findings, errorString)
    }
}

/// Where an agent's events go. The closure is called in the order of events and must return at once.
public struct AgentAccount: Sendable {
    let tell: @Sendable (AgentEvent) -> Void

    public init(_ tell: @escaping @Sendable (AgentEvent) -> Void) { self.tell = tell }
    public static let silent = AgentAccount { _ in }

    /// An account and the stream it feeds. A reader that falls behind loses the oldest events, never the agent's time.
    public static func stream(keeping: Int = 4_096) -> (account: AgentAccount, events: AsyncStream<AgentEvent>) {
        let (events, feed) = AsyncStream.makeStream(of: AgentEvent.self, bufferingPolicy: .bufferingNewest(keeping))
        return (AgentAccount { feed.yield($0) }, events)
    }
}
