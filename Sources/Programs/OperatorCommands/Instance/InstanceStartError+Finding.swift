import Diagnosis
import InstanceServer
import InstanceStore

extension InstanceStartError {
    var finding: Finding {
        switch self {
        case .portInUse(let port):
            Finding(
                id: "listener.port-in-use", severity: .error, subject: "port \(port)",
                summary: "Port \(port) is in use by another program.",
                cause: "Only one program can listen on a port.", evidence: ["port": "\(port)"],
                fixes: [
                    .init("See which program it is", command: "ss -ltnp 'sport = :\(port)'"),
                    .init("Use another port, with --port or --http-port"),
                ], vendorMessages: ["java.net.BindException: Address already in use"])
        case .cannotListen(let host, let port, let reason):
            Finding(
                id: port > 0 && port < 1_024 ? "listener.port-privileged" : "listener.port-in-use", severity: .error,
                subject: "\(host):\(port)",
                summary: "The instance cannot listen at \(host):\(port): \(reason).", cause: "The system refused to bind the address.",
                evidence: ["host": host, "port": "\(port)", "reason": reason],
                fixes: [.init("Use an address of this machine and a port above 1023, with --host and --port")])
        case .dataDirectory(let path, let reason):
            StoreFindings.notWritable(path, reason: reason)
        case .store(let error):
            error.finding
        case .authority(let error):
            Finding(
                id: "store.malformed", severity: .error, subject: "authority",
                summary: "The instance's authority cannot be used: \(error).",
                cause: "A file of the authority is damaged or cannot be written. It is never replaced silently: certificates depend on it.",
                evidence: ["error": "\(error)"], fixes: [.init("Restore the folder authority/ of the data directory from a backup")])
        case .stopped:
            Finding(
                id: "runtime.job-refused", severity: .notice, subject: "instance", summary: "The instance was stopped before it listened.",
                cause: "It was asked to end.", fixes: [.init("Start it again")])
        }
    }

    /// 3 for what is the machine's or a file's fault; there is nothing wrong with certificates.
    var exitCode: Int32 { 3 }
}

extension InstanceStoreError {
    var finding: Finding {
        switch self {
        case .notAccessible(let path, let reason):
            StoreFindings.notWritable(path, reason: reason)
        case .secretKeyMalformed(let path, let bytes):
            Finding(
                id: "store.malformed", severity: .error, subject: path, summary: "\(path) is not a key of 32 bytes but has \(bytes).",
                cause: "The file that opens stored credentials was altered.", evidence: ["path": path, "bytes": "\(bytes)"],
                fixes: [.init("Restore it from a backup, or remove it and enter the credentials again")])
        case .secretUnreadable(let alias):
            Finding(
                id: "auth.password-undecryptable", severity: .error, subject: alias,
                summary: "The stored credential \(alias) does not open.",
                cause: "It was sealed with another key than the one in the data directory.", evidence: ["alias": alias],
                fixes: [.init("Enter the credential again")])
        case .database(let path, let code, let message):
            Finding(
                id: "store.malformed", severity: .error, subject: path, summary: "The database refused: \(message) (code \(code)).",
                cause: "The file is damaged, locked by another program, or the disk is full.", evidence: ["path": path, "code": "\(code)"],
                fixes: [.init("See how full the disk is", command: "df -h")])
        case .exists(let kind, let name):
            Finding(
                id: "identity.duplicate-name", severity: .error, subject: name, summary: "There is a \(kind) \(name) already.",
                cause: "Names are unique.", fixes: [.init("Choose another name")])
        case .absent(let kind, let name):
            Finding(
                id: "config.bad-value", severity: .error, subject: name, summary: "There is no \(kind) \(name).",
                cause: "The name is not known here.",
                fixes: [.init("See which agents there are with midguard instance agents --data DIR")])
        case .sessionSuperseded(let agent):
            Finding(
                id: "identity.duplicate-name", severity: .error, subject: agent,
                summary: "A newer process of the agent \(agent) has taken over.",
                cause: "Two processes run under one name.", fixes: [.init("End one of them")])
        case .badQuery(let field):
            Finding(
                id: "config.bad-value", severity: .error, subject: field, summary: "The query names \(field), which cannot be filtered by.",
                cause: "Only columns of the table can be used.", fixes: [.init("Correct the query")])
        case .transactionLost, .cancelled:
            Finding(
                id: "runtime.disk-full", severity: .error, subject: "instance", summary: "The database did not finish what was asked.",
                cause: "The transaction was ended from outside; nothing of it was stored.", fixes: [.init("Try again")])
        }
    }
}
