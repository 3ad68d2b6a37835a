package import Foundation

/// Test data of other makers: `MIDGUARD_CORPORA`, by default `../shared/corpora` beside the project.
package enum Corpora {
    /// - Parameter name: below the folder, such as `path-validation/limbo-dev.json.gz`.
    package static func url(_ name: String) -> URL {
        let named = ProcessInfo.processInfo.environment["MIDGUARD_CORPORA"].map { URL(fileURLWithPath: $0) }
        // This file is four folders below the project.
        let project = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        return (named ?? project.deletingLastPathComponent().appendingPathComponent("shared/corpora")).appendingPathComponent(name)
    }

    /// Says so on stdout when it is not there.
    package static func isPresent(_ name: String) -> Bool {
        let present = FileManager.default.fileExists(atPath: url(name).path)
        if !present { print("No \(url(name).path): its tests are skipped. MIDGUARD_CORPORA names another folder.") }
        return present
    }

    /// The bytes of a file, unpacked when its name ends in `.gz`.
    package static func contents(of url: URL) throws -> Data {
        guard url.pathExtension == "gz" else { return try Data(contentsOf: url) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return data
    }
}

/// What came of one case.
package struct CaseResult: Sendable {
    package var id: String
    /// What cases are counted by.
    package var group: String
    package var expected: String
    /// nil: skipped.
    package var actual: String?
    package var why: String

    package init(id: String, group: String, expected: String, actual: String?, why: String) {
        (self.id, self.group, self.expected, self.actual, self.why) = (id, group, expected, actual, why)
    }
    package var agrees: Bool { actual == expected }
}

/// A disagreement that is known, with its reason.
package struct KnownDisagreement: Codable, Sendable {
    package var id: String
    package var expected: String
    package var got: String
    package var reason: String
}

extension [CaseResult] {
    /// Disagreements that are not known, and known ones that agree by now.
    package func unexplained(by known: [KnownDisagreement]) -> [String] {
        let byID = [String: KnownDisagreement](known.map { ($0.id, $0) }) { first, _ in first }
        var lines = filter { $0.actual != nil && !$0.agrees && byID[$0.id]?.got != $0.actual }.map {
            "\($0.id): expected \($0.expected), got \($0.actual ?? "nothing"): \($0.why)"
        }
        let disagreeing = Set(filter { $0.actual != nil && !$0.agrees }.map(\.id))
        let present = Set(map(\.id))
        lines += known.filter { present.contains($0.id) && !disagreeing.contains($0.id) }.map {
            "\($0.id): agrees now, so it is no exception"
        }
        return lines
    }
}
