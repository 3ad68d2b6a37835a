import Diagnosis
import TrustPolicy

/// Why a call to the instance gave no usable answer.
enum InstanceFailure: Error, Sendable {
    /// The policy said no, or there was no session: nothing was sent.
    case notSent(ConnectionEvidence)
    /// Cut or out of time after it may have been sent.
    case interrupted(path: String, String)
    /// An HTTP status that is no success. `beginning`: at most 200 printable characters of the body.
    case status(Int, path: String, beginning: String)
    case notUnderstood(path: String, String)
    /// It does not take the certificate or token, and says why: the catalogue's identifier, and words.
    case loginRefused(finding: String, words: String)

    enum Kind: Equatable { case unreachable, refused, unknownAgent, notAllowedYet, conflict, badRequest }

    /// What to do about it.
    var kind: Kind {
        switch self {
        case .notSent(let evidence): evidence.obstacle == nil || evidence.obstacle == .plainHTTPRefused ? .refused : .unreachable
        case .interrupted: .unreachable
        case .status(401, _, _), .status(407, _, _), .loginRefused: .refused
        case .status(403, _, _): .notAllowedYet
        case .status(404, _, _), .status(410, _, _): .unknownAgent
        case .status(409, _, _): .conflict
        case .status(400, _, _), .status(413, _, _), .status(422, _, _): .badRequest
        case .status(let status, _, _) where status == 408 || status == 429 || status >= 500: .unreachable
        case .status, .notUnderstood: .refused
        }
    }

    /// For logs: no body of a request, no credential.
    var summary: String {
        switch self {
        case .notSent: "not sent"
        case .interrupted(let path, let what): "\(path): \(what)"
        case .status(let status, let path, let beginning): "\(path): status code=\(status), response body=\(beginning)"
        case .notUnderstood(let path, let what): "\(path): \(what)"
        case .loginRefused(_, let words): words
        }
    }
}
