public import Diagnosis
import FoundationEssentials
import LocalFiles

/// `work/midguard-status.json`: what `agent status` shows of a running agent. Field names are a contract.
public struct AgentStatusReport: Hashable, Sendable, Codable {
    public enum State: String, Hashable, Sendable, Codable { case starting, waitingForValidation, serving, stopping, stopped, failed }
    public var state = State.starting
    public var step: String?
    public var pid = 0
    public var name = ""
    public var sysID: String?
    public var instance = ""
    public var validated = "No"
    public var certificateSHA256: String?
    /// RFC 3339, UTC.
    public var certificateExpires: String?
    public var running = 0
    public var waiting = 0
    public var spooled = 0
    public var finished = 0
    /// RFC 3339, UTC; nil before the first.
    public var lastHeartbeat: String?
    public var findings: [Finding] = []

    public init() {}

    /// nil when the agent of that home has never run, or the file is of another version.
    public static func read(home: String) -> AgentStatusReport? {
        guard let bytes = try? Files.read(path(home: home), limit: 4 << 20) else { return nil }
        return try? JSONDecoder().decode(AgentStatusReport.self, from: Data(bytes))
    }

    /// Whether the process that wrote the status still holds the lock of its home.
    public static func isRunning(home: String) -> Bool {
        guard let file = try? OpenFile(ProcessLock.path(home: home), for: .read) else { return false }
        do {
            try file.lock()
            return false
        } catch {
            if case .locked = error { return true }
            return false
        }
    }

    /// Readers see the old status or the new one. Not flushed to the medium: it is about a process that a power cut ends as well.
    func write(home: String) throws(FileFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(self) else { return }
        try Files.replace(Self.path(home: home), with: [UInt8](json), durable: false)
    }

    static func path(home: String) -> String { home + "/work/midguard-status.json" }
}

/// `work/mid.pid`: one agent per home. The lock ends with the process, however it dies; the file stays.
struct ProcessLock: Sendable {
    private let file: OpenFile

    /// Throws `.locked` when another process runs with this home.
    init(home: String) throws(FileFailure) {
        let path = Self.path(home: home)
        try Files.makeFolder(Files.parent(of: path))
        file = try OpenFile(path, for: .update)
        try Self.lock(file)
        try file.truncate(to: 0)
        try file.write(Array("\(Machine.processID)\n".utf8))
    }

    /// Somebody who asks whether an agent runs holds the lock for a moment: not a reason to refuse.
    private static func lock(_ file: OpenFile) throws(FileFailure) {
        for _ in 1...4 {
            if (try? file.lock()) != nil { return }
            Machine.pause(milliseconds: 25)
        }
        try file.lock()
    }

    static func path(home: String) -> String { home + "/work/mid.pid" }
}
