import AgentConfiguration
import AgentIdentity
import AgentProtocol
import Diagnosis
import LocalFiles
import PathValidation

/// Verbs that the instance may send. The list of those that are done is closed: the others would need a policy that allows them.
struct SystemCommand: Probe {
    let topic = "SystemCommand"
    /// Which certificate a deletion is meant for; our instance says it, as a command may wait in the queue while a pair is put back.
    static let certificateParameter = "certificate_sha256"

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        switch job.source {
        case "delete_mid_keypair": deleteKeyPair(job, surroundings)
        case "restartService": restart(surroundings)
        case "grabLog": grabLog(surroundings)
        default:
            .failure(
                "The system command \(job.source) is not allowed on this agent.",
                findings: [
                    AgentFindings.jobRefused(
                        subject: "SystemCommand \(job.source)",
                        cause: "The command \(job.source) is not on this agent's list of allowed commands.")
                ]
            ).withFindings()
        }
    }

    private func restart(_ surroundings: ProbeSurroundings) -> ProbeReport {
        surroundings.restart()
        return ProbeReport(fields: [("output", "The agent starts again.")])
    }

    /// The end of the log, from the beginning of a line.
    private func grabLog(_ surroundings: ProbeSurroundings) -> ProbeReport {
        let path = HomeLayout(home: surroundings.context.home ?? ".").agentLog
        do throws(FileFailure) {
            let size = Files.sizeAndChange(path)?.size ?? 0
            let offset = max(0, size - Self.logLimit)
            var bytes = try OpenFile(path, for: .read).read(at: offset, count: Self.logLimit)[...]
            if offset > 0, let end = bytes.firstIndex(of: 0x0A) { bytes = bytes[(end + 1)...] }
            return ProbeReport(fields: [("agent0.log.0", String(decoding: bytes, as: UTF8.self))])
        } catch {
            return .failure("The log cannot be read", findings: [AgentFindings.diskTrouble(error)]).withFindings()
        }
    }

    private static let logLimit = 1 << 20

    /// A new pair takes the old one's place; other aliases are spared.
    private func deleteKeyPair(_ job: ProbeJob, _ surroundings: ProbeSurroundings) -> ProbeReport {
        let present = (try? ParsedCertificate(der: surroundings.identity.pairs.current.certificateDER))?.sha256
        guard let meant = job.parameters[Self.certificateParameter]?.lowercased(), meant == present else {
            return .failure(
                "The key pair was not deleted: the command is not for the pair that the agent holds now.",
                findings: [
                    AgentFindings.pendingDeletion(
                        command: job.id.description, meant: job.parameters[Self.certificateParameter], present: present)
                ]
            ).withFindings()
        }
        surroundings.rekey.raise(to: .ofAny)
        return ProbeReport(fields: [("output", "The key pair is replaced by a new one.")])
    }
}
