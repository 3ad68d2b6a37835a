import PathValidation
import TrustPolicy

/// Whether it is the certificates that are out of their time, or this machine.
extension ConnectionFindings {
    /// From which difference on a clock counts as wrong; below it, what a server took to answer and whole seconds matter as much.
    private static let clockTolerance = 120.0

    /// The clock, where it explains every certificate of the path that is out of its time.
    static func wrongClock(_ evidence: ConnectionEvidence, context: FixContext) -> Finding? {
        guard evidence.decision.policy.checks.chain, let path = evidence.path?.best, !path.isValid,
            let reading = evidence.clockReadings.first(where: { explains($0, path) })
        else { return nil }
        let (ahead, span) = (reading.secondsBehind < 0, Words.span(reading.secondsBehind))
        let difference: String
        switch reading.witness {
        case .server(let url): difference = "\(span) \(ahead ? "ahead of" : "behind") what \(url) says"
        case .file(let path): difference = "at least \(span) behind: \(path) was written at \(Words.time(reading.time))"
        }
        let late = path.outOfTime
        let name = late.count == 1 ? late[0].subject.description : "each certificate of the path"
        return Finding(
            id: "chain.clock-wrong", severity: .error, subject: evidence.subject,
            summary: "This machine's clock is \(difference).",
            cause:
                "At the right time \(name) is valid: what is wrong is the clock here, and not the certificates of \(evidence.endpoint.host).",
            evidence: ["clock": Words.time(reading.at), "right": Words.time(reading.time), "saidBy": reading.witnessText],
            fixes: [
                .init("Have this machine's clock kept right; in a container, that of its host", command: "sudo timedatectl set-ntp true"),
                .init("Then look again", command: context.command(["check", evidence.subject], store: true, connecting: true)),
            ],
            vendorMessages: [
                "java.security.cert.CertificateNotYetValidException: NotBefore:",
                "java.security.cert.CertificateExpiredException: NotAfter:",
            ], references: ["RFC 5280 §6.1.3 (a) (2)"])
    }

    /// A server that was asked and has the same time as we do: then it is the certificates.
    static func clockAgreement(_ evidence: ConnectionEvidence) -> String? {
        for reading in evidence.clockReadings {
            guard case .server(let url) = reading.witness, abs(reading.secondsBehind) <= clockTolerance else { continue }
            return "agrees with \(url)"
        }
        return nil
    }

    private static func explains(_ reading: ClockReading, _ path: CandidatePath) -> Bool {
        guard abs(reading.secondsBehind) > clockTolerance else { return false }
        switch reading.witness {
        case .server: return path.outOfTime.allSatisfy { $0.notBefore <= reading.time && reading.time <= $0.notAfter }
        // Later than it says it may well be: what begins after that may have begun.
        case .file: return path.defects.allSatisfy { if case .notYetValid = $0.failure { true } else { false } }
        }
    }
}

extension CandidatePath {
    fileprivate var outOfTime: [ParsedCertificate] {
        defects.compactMap { certificates.indices.contains($0.index) ? certificates[$0.index] : nil }
    }
}

extension ClockReading {
    fileprivate var witnessText: String {
        switch witness {
        case .server(let url): url
        case .file(let path): path
        }
    }
}
