import Foundation

/// A finding as an agent reported it: the catalogue's JSON shape, read leniently, for the console.
struct ReportedFinding: Hashable, Sendable, Decodable {
    struct Fix: Hashable, Sendable, Decodable {
        var effect: String
        var command: String?
    }

    var id: String
    var severity: String
    var subject: String?
    var summary: String
    var cause: String?
    var fixes: [Fix]?
}

enum ReportedFindings {
    static let most = 200

    /// Each must have the catalogue's shape; what cannot be shown is not stored.
    static func check(_ findings: [String]) throws(APIFault) {
        guard findings.count <= most else { throw .malformed("More than \(most) findings") }
        for (index, finding) in findings.enumerated() where parse(finding) == nil {
            throw .malformed("Bad value: findings.\(index)")
        }
    }

    static func parse(_ finding: String) -> ReportedFinding? {
        try? JSONDecoder().decode(ReportedFinding.self, from: Data(finding.utf8))
    }
}
