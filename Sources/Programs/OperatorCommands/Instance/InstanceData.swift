import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore

/// `--data DIR` of an instance that has been started there once.
struct InstanceData: ParsableArguments {
    @Option(help: "The instance's data directory.") var data: String

    /// Runs `body` on the data directory; errors become findings.
    func administer<Value>(_ body: (InstanceAdministration) async throws -> Value) async throws -> Value {
        let directory = absolute(data)
        guard FileManager.default.fileExists(atPath: directory + "/instance.sqlite") else {
            throw CommandFailure(
                message: "There is no instance in \(directory).\nStart one there first: midguard instance serve --data \(directory)",
                exitCode: 3)
        }
        do {
            let administration = try InstanceAdministration(dataDirectory: directory)
            let value = try await body(administration)
            try administration.close()
            return value
        } catch let error as InstanceStoreError {
            throw CommandFailure(findings: [error.finding], exitCode: 3)
        }
    }
}
