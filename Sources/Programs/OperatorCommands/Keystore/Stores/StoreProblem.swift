import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

/// Why a keystore command ends early: findings, and the promised exit code.
struct StoreProblem: Error {
    var findings: [Finding]
    var exitCode: Int32

    init(_ finding: Finding, exitCode: Int32) { self.init([finding], exitCode: exitCode) }
    init(_ findings: [Finding], exitCode: Int32) { (self.findings, self.exitCode) = (findings, exitCode) }

    /// What is wrong with a store's content is a finding, 1; a call that left out what the store needs is wrong usage, 2.
    init(_ error: KeystoreError, on store: StoreContext) {
        let code: Int32 = if case .passwordMissing = error { 2 } else { 1 }
        self.init(StoreFindings.explaining(error, on: store), exitCode: code)
    }

    /// A file that cannot be read or written tells nothing about its content: 3.
    init(_ failure: FileFailure) { self.init(Self.finding(failure), exitCode: 3) }

    /// Runs the body of a keystore command and says what went wrong in the same way: on stdout as JSON where JSON was asked for, else on
    /// stderr.
    static func reporting(on path: String, asJSON: Bool, _ body: () throws -> Void) throws {
        do { try body() } catch let problem as StoreProblem {
            if asJSON {
                var result = ResultStream()
                result.json(.object([("path", .string(path)), ("findings", .array(problem.findings.map { JSONText($0) }))]))
                result.text("\n")
            } else {
                StandardStream.note(FindingText(colours: false).render(problem.findings))
            }
            throw ExitCode(problem.exitCode)
        }
    }

    private static func finding(_ failure: FileFailure) -> Finding {
        let path = failure.path
        switch failure {
        case .missing: return StoreFindings.missing(path)
        case .exists: return StoreFindings.notWritable(path, reason: "there is a file of that name")
        case .notPermitted(_, let operation) where operation == "read" || operation == "list":
            return StoreFindings.unreadable(path, reason: "this user may not")
        case .notPermitted(_, let operation): return StoreFindings.notWritable(path, reason: "this user may not \(operation) there")
        case .diskFull: return StoreFindings.notWritable(path, reason: "the disk is full")
        case .overLimit(_, let limit): return StoreFindings.unreadable(path, reason: "it is larger than \(limit) bytes")
        case .ownerNotKept:
            return StoreFindings.notWritable(path, reason: "it belongs to another user, and would be this user's afterwards")
        case .locked: return StoreFindings.notWritable(path, reason: "another process is changing it")
        case .failed(_, "read", let code): return StoreFindings.unreadable(path, reason: "the system answers with error \(code)")
        case .failed(_, let operation, let code):
            return StoreFindings.notWritable(path, reason: "the system does not \(operation): error \(code)")
        }
    }
}
