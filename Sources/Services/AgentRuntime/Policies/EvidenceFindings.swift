import Diagnosis
import PathValidation
import TrustPolicy
import TrustedTransport

import struct Foundation.Date

extension AgentFindings {
    static let evidenceEnding = ["revocation.responder-unreachable", "revocation.list-unreachable"]

    /// Said before it matters: connections go on with what is known until it ends.
    static func evidenceEnds(_ subject: String, _ obstacles: [RevocationObstacle], until: Date) -> Finding {
        let end = StatusKeeper.time(until)
        let why = obstacles.map(\.words).joined(separator: "; ")
        let places = Set(obstacles.compactMap(\.place)).sorted()
        let isListsOnly = obstacles.allSatisfy { if case .unreachable(.crl, _, _) = $0 { true } else { false } }
        return Finding(
            id: isListsOnly ? "revocation.list-unreachable" : "revocation.responder-unreachable", severity: .warning, subject: subject,
            summary: "Nobody says anything new about the revocation of \(subject); what is known counts until \(end).",
            cause: "\(why). From then on connections to it are refused where the policy wants to know.",
            evidence: ["why": why, "until": end, "asked": places.joined(separator: ", ")],
            fixes: places.map {
                .init(
                    "Let this machine reach \($0) before that; see whether it answers",
                    command: "curl -sS -o /dev/null -v " + quoted("http://\($0)/"))
            }
                + [.init("Or ask the authority that runs it")],
            references: ["RFC 6960 §2.4"])
    }
}

extension RevocationObstacle {
    /// `host:port` of who was asked.
    fileprivate var place: String? {
        switch self {
        case .unreachable(_, let url, _), .httpStatus(_, let url, _, _): Endpoint(url)?.hostAndPort
        default: nil
        }
    }
}
