import ArgumentParser
import Foundation

struct Trial: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See it all work on this machine: an instance, an agent, and five endpoints that are wrong in five ways.",
        discussion: """
            Everything runs on loopback, in a folder of its own, which is removed at the end. Exit code 0 when every job ended as it should.
            """)

    @Option(help: "Use this folder and leave it behind.") var keep: String?
    @Flag(help: "End when the account is complete, instead of staying up for a look at the console.") var once = false

    func run() async throws {
        let folder = try TrialFolder(keep: keep)
        defer { folder.remove() }
        let asExpected = try await TrialRun(folder: folder, staysUp: !once).run()
        if !asExpected { throw ExitCode(1) }
    }
}
