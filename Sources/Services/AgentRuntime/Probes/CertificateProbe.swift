import Diagnosis
import PathValidation
import TrustPolicy
import X509

/// Looks at the certificates of an endpoint (`https://…`, `ldaps://…`, `HOST:PORT`) as this agent sees them: verdict, findings, chain.
struct CertificateProbe: Probe {
    let topic = "CertificateProbe"
    let deadline = Duration.seconds(90)

    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
        guard let endpoint = Endpoint(job.source) else {
            let finding = AgentFindings.jobRefused(
                subject: Redaction.source(job.source),
                cause: "A certificate probe takes https://HOST[:PORT], ldaps://HOST[:PORT] or HOST:PORT.")
            return .failure("\(Redaction.source(job.source)) is not an endpoint.", findings: [finding]).withFindings()
        }
        let evidence = await surroundings.transport.inspect(endpoint)
        let findings = ConnectionFindings.explaining(evidence, context: surroundings.context)
        var report = ProbeReport(findings: findings)
        report.fields = [
            ("endpoint", endpoint.description), ("verdict", ConnectionReport(evidence, findings: findings).verdict.rawValue),
            ("decided_by", evidence.decision.policy.name),
        ]
        for stage in evidence.stages { report.fields.append(("stage.\(stage.name.rawValue)", stage.outcome.rawValue)) }
        for (index, certificate) in evidence.presented.enumerated() {
            report.fields.append(("chain.\(index).subject", certificate.subject.description))
            report.fields.append(("chain.\(index).issuer", certificate.issuer.description))
            report.fields.append(("chain.\(index).sha256", certificate.sha256))
        }
        return report.withFindings()
    }
}
