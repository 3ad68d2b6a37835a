import Foundation
import PathCorpora

enum Results {
    /// Agree, false accept, false reject and skipped for each group and in all; every disagreement; 1 when one of them is not known.
    static func show(_ results: [CaseResult], known: [KnownDisagreement]) -> Int32 {
        var groups: [String: Tally] = [:]
        for result in results { groups[result.group, default: Tally()].count(result) }
        print("agree / false accept / false reject / skipped")
        for (group, tally) in groups.sorted(by: { $0.key < $1.key }) { print("\(tally)  \(group)") }
        print("\(results.reduce(into: Tally()) { $0.count($1) })  all \(results.count)")
        for result in results where result.actual != nil && !result.agrees {
            print("\(result.id): expected \(result.expected), got \(result.actual ?? ""): \(result.why)")
        }
        let unexplained = results.unexplained(by: known)
        if !unexplained.isEmpty { print("not on the list of exceptions: \(unexplained.count)") }
        return unexplained.isEmpty ? 0 : 1
    }

    /// A false accept is an answer that lets something pass which should not: a success, or a certificate that is said to be good.
    private struct Tally: CustomStringConvertible {
        private var (agree, accepted, rejected, skipped) = (0, 0, 0, 0)

        mutating func count(_ result: CaseResult) {
            guard let actual = result.actual else {
                skipped += 1
                return
            }
            if result.agrees {
                agree += 1
            } else if actual == "SUCCESS" || actual == "GOOD" || actual == "OTHER POLICIES" {
                accepted += 1
            } else {
                rejected += 1
            }
        }

        var description: String { "\(agree) / \(accepted) / \(rejected) / \(skipped)" }
    }

    private struct Line: Encodable {
        var id: String
        var expected: String
        var actual: String
        var why: String
    }

    /// One JSON object a line.
    @Sendable static func plain(_ results: [CaseResult]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Data()
        for result in results {
            data += try encoder.encode(Line(id: result.id, expected: result.expected, actual: result.actual ?? "SKIPPED", why: result.why))
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }
}
