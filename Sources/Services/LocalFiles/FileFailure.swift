/// Why a file could not be read or written. Facts only.
public enum FileFailure: Error, Hashable, Sendable {
    case missing(path: String)
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
        case .missing(let path), .notPermitted(let path, _), .diskFull(let path), .overLimit(let path, _), .ownerNotKept(let path),
            .locked(let path), .failed(let path, _, _):
            path
        }
    }
}
