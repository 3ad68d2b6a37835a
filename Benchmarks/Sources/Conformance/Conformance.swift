import Foundation
import PathCorpora

// swift run conformance SUITE FILE… [--exceptions FILE] [--results FILE]: how far the libraries agree with what others expect.

/// One kind of test data: its word on the command line, what it is given, and what it makes of that.
struct Suite: Sendable {
    var name: String
    var arguments: String
    var run: @Sendable ([URL]) async throws -> [CaseResult]
    /// What goes into the results file; the names of the cases' outcomes are the suite's own.
    var document: @Sendable ([CaseResult]) throws -> Data = Results.plain
}

enum Suites {
    /// A suite is one file and one line here.
    static let all: [Suite] = [.limbo, .chains, .pkits, .revocation, .ocsp, .keystores]
}

struct Misuse: Error { var message: String }

@main
struct Conformance {
    static func main() async {
        do {
            exit(try await run(Array(CommandLine.arguments.dropFirst())))
        } catch {
            let message = (error as? Misuse)?.message ?? "\(error)"
            FileHandle.standardError.write(Data("\(message)\n\(usage)\n".utf8))
            exit(error is Misuse ? 2 : 3)
        }
    }

    private static var usage: String {
        (["usage: conformance SUITE FILE… [--exceptions FILE] [--results FILE]"] + Suites.all.map { "  \($0.name) \($0.arguments)" })
            .joined(separator: "\n")
    }

    private static func run(_ words: [String]) async throws -> Int32 {
        var files: [String] = []
        var options: [String: String] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                files.append(word)
                continue
            }
            guard ["--results", "--exceptions"].contains(word), let value = rest.popFirst() else {
                throw Misuse(message: "\(word) is no option, or lacks its file.")
            }
            options[word] = value
        }
        guard let name = files.first, let suite = Suites.all.first(where: { $0.name == name }), files.count > 1 else {
            throw Misuse(message: "Name a suite and its files.")
        }
        let results = try await suite.run(files.dropFirst().map { URL(fileURLWithPath: $0) })
        guard !results.isEmpty else { throw Misuse(message: "There are no cases in these files.") }
        if let path = options["--results"] { try suite.document(results).write(to: URL(fileURLWithPath: path)) }
        let known = try options["--exceptions"].map { path in
            try JSONDecoder().decode([KnownDisagreement].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        }
        return Results.show(results, known: known ?? [])
    }
}
