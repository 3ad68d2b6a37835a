public import PathValidation

public import struct Foundation.Date

/// Findings on one path, whoever presented it.
public enum PathFindings {
    /// What the path is looked at for.
    public struct Scene: Sendable {
        /// An endpoint or a file.
        public var subject: String
        /// Whose certificate it is, for "ask the owner of …".
        public var owner: String
        /// Stand in the evidence of every finding.
        public var facts: [String: String]
        public var at: Date
        public init(subject: String, owner: String, facts: [String: String] = [:], at: Date) {
            (self.subject, self.owner, self.facts, self.at) = (subject, owner, facts, at)
        }
    }

    /// One finding for each defect.
    public static func explaining(_ path: CandidatePath, _ scene: Scene) -> [Finding] {
        path.defects.map { explain($0, in: path, scene) }
    }

    static func malformed(_ reason: String, _ scene: Scene) -> Finding {
        Finding(
            id: "chain.malformed", severity: .error, subject: scene.subject,
            summary: "The certificate that \(scene.owner) presents cannot be read.",
            cause: "It is not a certificate as RFC 5280 defines it.", evidence: ["error": String(reason.prefix(200))],
            fixes: [.init("Ask the owner of \(scene.owner) to replace it")], references: ["RFC 5280 §4.1"])
    }

    /// One reason of RFC 5280 §6.1, with the certificate that it concerns.
    static func explain(_ defect: PathDefect, in path: CandidatePath, _ scene: Scene) -> Finding {
        Explained(defect, in: path, scene).finding(for: defect.failure)
    }
}
