package import PathValidation

extension RevocationObstacle {
    /// For a log; `Diagnosis` explains.
    package var words: String {
        switch self {
        case .unreachable(_, let url, _): "\(url) does not answer"
        case .httpStatus(_, let url, let status, _): "\(url) answers with HTTP status \(status)"
        case .noSource: "the certificate names neither responder nor list"
        default: "there is no answer that counts"
        }
    }
}
