import Foundation
import KeystoreConformance
import PathCorpora

extension Suite {
    static let keystores = Suite(name: "keystores", arguments: "DIR…: keystore files and their manifest.json") { folders in
        try folders.flatMap { folder in
            try KeystoreCase.all(manifest: Data(contentsOf: folder.appendingPathComponent("manifest.json"))).map { test in
                let verdict = KeystoreVerdict(test, bytes: Array(try Data(contentsOf: folder.appendingPathComponent(test.file))))
                return CaseResult(verdict)
            }
        }
    }
}

extension CaseResult {
    /// The reference's own words stand for what was expected, so that an agreement is one to the letter here, too.
    fileprivate init(_ verdict: KeystoreVerdict) {
        let agrees = verdict.outcome == .agree
        let actual = verdict.outcome == .falseAccept ? "SUCCESS" : agrees ? verdict.expected : "DIFFERENT (\(verdict.actual))"
        self.init(
            id: "\(verdict.id) \(verdict.file)", group: verdict.format, expected: verdict.expected, actual: actual,
            why: verdict.why.joined(separator: "; "))
    }
}
