import GRDB

/// Why the store could not do what was asked. No secret and no payload is in here.
@nonexhaustive
public enum InstanceStoreError: Error, Hashable, Sendable {
    /// The data directory or a file in it cannot be created, read or written; `reason` is the system's word for it.
    case notAccessible(path: String, reason: String)
    /// The key file exists and is not a 32-byte key.
    case secretKeyMalformed(path: String, bytes: Int)
    /// A stored secret does not open with the key file: it was sealed with another key.
    case secretUnreadable(alias: String)
    /// The database engine refused: its result code and word.
    case database(path: String, code: Int, message: String)
    /// A record of this kind and name exists already, or does not.
    case exists(kind: String, name: String)
    case absent(kind: String, name: String)
    /// A newer process of this agent has begun to claim; this one may not any more.
    case sessionSuperseded(agent: String)
    /// Another process made the disk or the database unusable in the middle of a shared transaction; nothing of it was stored.
    case transactionLost
    /// The queue's table has no such column.
    case badQuery(field: String)
    case cancelled

    init(_ error: any Error, path: String) {
        switch error {
        case let error as InstanceStoreError: self = error
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
                self = .notAccessible(path: path, reason: error.message ?? "cannot open")
            default:
                self = .database(path: path, code: Int(error.extendedResultCode.rawValue), message: error.message ?? "")
            }
        case is CancellationError: self = .cancelled
        default: self = .database(path: path, code: -1, message: String(describing: type(of: error)))
        }
    }
}
