/// Why a file could not be read or written. Facts only.
public enum FileFailure: Error, Hashable, Sendable {
    case missing(path: String)
    /// A file that was to be made is there already.
    case exists(path: String)
    case notPermitted(path: String, operation: String)
    case diskFull(path: String)
    case overLimit(path: String, limit: Int)
    /// Replacing the file would change its owner or group, and we may not give it back.
    case ownerNotKept(path: String)
    /// Another process holds the lock.
    case locked(path: String)
    /// Any other answer of the kernel, with its error number.
    case failed(path: String, operation: String, code: Int32)

    public var path: String {
        switch self {
        case .missing(let path), .exists(let path), .notPermitted(let path, _), .diskFull(let path), .overLimit(let path, _),
            .ownerNotKept(let path),
            .locked(let path), .failed(let path, _, _):
            path
        }
    }

    /// The same about another path: what happened to a file of our own is told of the file that was asked for.
    func told(of path: String) -> FileFailure {
        switch self {
        case .missing: .missing(path: path)
        case .exists: .exists(path: path)
        case .notPermitted(_, let operation): .notPermitted(path: path, operation: operation)
        case .diskFull: .diskFull(path: path)
        case .overLimit(_, let limit): .overLimit(path: path, limit: limit)
        case .ownerNotKept: .ownerNotKept(path: path)
        case .locked: .locked(path: path)
        case .failed(_, let operation, let code): .failed(path: path, operation: operation, code: code)
        }
    }
}
