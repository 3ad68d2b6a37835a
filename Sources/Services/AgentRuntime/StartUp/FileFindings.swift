import Diagnosis
import LocalFiles

/// Files of the home that cannot be read or written.
enum FileFindings {
    static func explaining(_ failure: FileFailure) -> Finding {
        let user = Machine.userName
        let path = failure.path
        let folder = AgentFindings.quoted(Files.parent(of: path))
        switch failure {
        case .missing:
            return Finding(
                id: Files.name(of: path) == "config.xml" ? "config.missing" : "store.missing", severity: .error, subject: path,
                summary: "\(path) does not exist.", cause: "The home is not set up, or another path was meant.",
                fixes: [.init("See what is there", command: "ls -la \(folder)")])
        case .exists:
            return Finding(
                id: "store.not-writable", severity: .error, subject: path, summary: "\(path) exists already.",
                cause: "Nothing that exists is overwritten.",
                fixes: [.init("See what it is", command: "ls -l \(AgentFindings.quoted(path))")])
        case .notPermitted(_, let operation):
            let reading = operation == "read" || operation == "list"
            return Finding(
                id: reading ? "store.unreadable" : "store.not-writable", severity: .error, subject: path,
                summary: "The user \(user) may not \(operation) \(path).",
                cause: "Owner or mode of the file or a folder above it do not allow it.",
                evidence: ["user": user, "operation": operation],
                fixes: [
                    .init("See owner and mode", command: "ls -ld \(folder) \(AgentFindings.quoted(path))"),
                    .init("Give the home to the agent's user", command: "sudo chown -R \(AgentFindings.quoted(user)) \(folder)"),
                ])
        case .locked:
            return Finding(
                id: "identity.duplicate-name", severity: .error, subject: path, summary: "Another agent runs with this home.",
                cause: "Its lock on \(path) is held.",
                fixes: [.init("See which process it is", command: "cat \(AgentFindings.quoted(path))")])
        case .diskFull: return AgentFindings.diskTrouble(failure)
        case .overLimit(_, let limit):
            return Finding(
                id: "store.over-limit", severity: .error, subject: path, summary: "\(path) is longer than \(limit) bytes.",
                cause: "It is not what its name says.", fixes: [.init("See what it is", command: "ls -l \(AgentFindings.quoted(path))")])
        case .ownerNotKept:
            return Finding(
                id: "store.not-writable", severity: .error, subject: path,
                summary: "Writing \(path) as \(user) would change its owner.",
                cause: "The file belongs to another user or group than the agent's.",
                evidence: ["user": user],
                fixes: [
                    .init("Give it to the agent's user", command: "sudo chown \(AgentFindings.quoted(user)) \(AgentFindings.quoted(path))")
                ])
        case .failed(_, let operation, let code):
            let reading = operation == "read" || operation == "list"
            return Finding(
                id: reading ? "store.unreadable" : "store.not-writable", severity: .error, subject: path,
                summary: "The system refuses to \(operation) \(path) (error \(code)).",
                cause: "See the error number in errno(3).", evidence: ["operation": operation, "errno": String(code)],
                fixes: [.init("See what is there", command: "ls -ld \(folder) \(AgentFindings.quoted(path))")])
        }
    }
}
