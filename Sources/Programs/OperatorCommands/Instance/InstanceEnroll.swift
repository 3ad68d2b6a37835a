import ArgumentParser
import Diagnosis
import Foundation
import InstanceServer

struct InstanceEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Prepare the instance for a new agent: its user, and a one-time key that validates it.",
        discussion: "Done again for a known agent, it gets a new password and a new key. The key is good for a day.")

    @Argument(help: "The agent's name.") var name: String
    @OptionGroup var instance: InstanceData
    @Option(help: "Write username, password and registration_key as files into this folder, for this user only.") var credentialsDir:
        String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let enrolment = try await instance.administer { administration in
            do {
                return try await administration.enroll(agentName: name)
            } catch let error as EnrolmentError {
                throw CommandFailure(message: "\(name) cannot be enrolled: \(error)", exitCode: 2)
            }
        }
        let values = ["username": enrolment.user, "password": enrolment.password, "registration_key": enrolment.registrationKey]
        if let credentialsDir {
            let folder = absolute(credentialsDir)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for (file, value) in values {
                let path = folder + "/" + file
                guard
                    FileManager.default.createFile(
                        atPath: path, contents: Data((value + "\n").utf8), attributes: [.posixPermissions: 0o600])
                else {
                    throw CommandFailure(findings: [StoreFindings.notWritable(path, reason: "it could not be created")], exitCode: 3)
                }
            }
            Console.result("\(enrolment.agentName) is enrolled; what it needs is in \(folder)")
        } else if output.isJSON {
            Console.result(try Console.json(values, pretty: true))
        } else {
            for (name, value) in values.sorted(by: { $0.key < $1.key }) { Console.result("\(name): \(value)") }
        }
    }
}
