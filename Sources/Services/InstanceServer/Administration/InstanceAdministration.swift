public import AgentProtocol
public import Foundation
public import InstanceStore

/// What an operator does on the data directory itself, whether or not the instance is running.
public struct InstanceAdministration: Sendable {
    public let dataDirectory: String
    public let store: InstanceStore
    private let now: @Sendable () -> Date

    public init(dataDirectory: String, now: @escaping @Sendable () -> Date = { Date() }) throws(InstanceStoreError) {
        self.dataDirectory = dataDirectory
        self.now = now
        store = try InstanceStore(directory: dataDirectory)
    }

    public func close() throws(InstanceStoreError) { try store.close() }

    public func createUser(_ name: String, password: String, roles: Set<UserRole>) async throws(InstanceStoreError) {
        try await store.createUser(UserRecord(name: name, roles: roles), password: password, now: now())
    }

    /// Prepares the instance for an agent that does not exist yet: a user of its own, its record, and a one-time key that validates it on
    /// first contact, good for a day. Done again for a known agent, the password is a new one and so is the key.
    public func enroll(agentName: String) async throws -> Enrolment {
        guard AgentAdmission.isName(agentName) else { throw EnrolmentError.badName(agentName) }
        let enrolment = Enrolment(
            agentName: agentName, user: "mid." + agentName.replacingOccurrences(of: ":", with: "_"), password: RandomSecret.text(),
            registrationKey: RandomSecret.text())
        let time = now()
        let existing = try await store.agent(named: agentName)
        let user = existing?.userName ?? enrolment.user
        if existing == nil, try await store.userExists(user) { throw EnrolmentError.userTaken(user) }
        try await store.setUser(UserRecord(name: user, roles: [.midServer]), password: enrolment.password, now: time)
        if existing == nil { try await store.insertAgent(AgentRecord(name: agentName, userName: user, createdAt: time)) }
        try await store.addRegistrationKey(
            enrolment.registrationKey, for: agentName, expiresAt: time.addingTimeInterval(Enrolment.registrationKeySeconds))
        return Enrolment(
            agentName: agentName, user: user, password: enrolment.password, registrationKey: enrolment.registrationKey)
    }

    public func agents() async throws(InstanceStoreError) -> [AgentRecord] { try await store.agents() }

    /// Throws `absent` when no agent has the name.
    public func perform(
        _ action: AgentAction, on agentName: String, by who: String
    ) async throws(InstanceStoreError) -> Result<AgentRecord, AgentAction.Refusal> {
        try await store.perform(action, onAgentNamed: agentName, by: who, now: now())
    }

    /// Newest first.
    public func audit(limit: Int = 100) async throws(InstanceStoreError) -> [AuditEntry] { try await store.audit(limit: limit) }

    /// Newest first, results too.
    public func jobs(limit: Int = 100) async throws(InstanceStoreError) -> [QueueEntry] { try await store.latestEntries(limit: limit) }

    @discardableResult
    public func insertJob(_ record: QueueRecord) async throws(InstanceStoreError) -> QueueRecord {
        try await store.insertJob(record, by: FirstStart.administrator, now: now())
    }

    public func job(_ sysID: SysID) async throws(InstanceStoreError) -> QueueEntry? { try await store.entry(sysID) }

    public func results(of job: SysID) async throws(InstanceStoreError) -> [QueueEntry] { try await store.answers(to: job) }

    /// Jobs name it by alias (`credential`); it leaves the instance only sealed to a validated agent's key.
    public func addCredential(_ credential: Credential) async throws(InstanceStoreError) {
        try await store.setCredential(credential, now: now())
    }

    /// The instance's own authority; needs an instance to have served from this directory once.
    public func authority() async throws(InstanceAuthorityError) -> InstanceAuthority {
        try await InstanceAuthority.open(dataDirectory: dataDirectory, store: store, baseURL: nil, now: now())
    }
}

/// What an agent needs for its first contact. Does not print its secrets.
public struct Enrolment: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public static let registrationKeySeconds: Double = 86400

    public var agentName: String
    public var user: String
    public var password: String
    public var registrationKey: String

    public var description: String { "enrolment of \(agentName) as \(user)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["agentName": agentName, "user": user]) }
}

@nonexhaustive
public enum EnrolmentError: Error, Hashable, Sendable {
    /// Empty, too long, or with characters that a name may not have.
    case badName(String)
    /// Somebody else has the user name that the agent would get.
    case userTaken(String)
}
