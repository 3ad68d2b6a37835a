import PathValidation
import TrustPolicy

extension ConnectionFindings {
    static func chain(_ evidence: ConnectionEvidence, context: FixContext) -> [Finding] {
        guard evidence.decision.policy.checks.chain, evidence.path?.isValid != true else { return [] }
        var scene = scene(evidence)
        scene.facts["clock"] = clockAgreement(evidence)
        guard let path = evidence.path else {
            return [PathFindings.malformed(evidence.malformed.first ?? "no certificate was presented", scene)]
        }
        return path.best.defects.map { explain($0, in: path.best, scene, evidence, context) }
    }

    private static func scene(_ evidence: ConnectionEvidence) -> PathFindings.Scene {
        PathFindings.Scene(
            subject: evidence.subject, owner: evidence.endpoint.host,
            facts: ["presented": evidence.presentedText, "trustStore": evidence.storeText], at: evidence.at)
    }

    /// What is well with the chain today and will not stay so, or not for everybody.
    static func ahead(_ evidence: ConnectionEvidence, context: FixContext) -> [Finding] {
        guard evidence.decision.policy.checks.chain, let path = evidence.path?.best, path.isValid else { return [] }
        let removable = context.home != nil || context.trustStore != nil
        let held = evidence.endedAnchors.map { certificate in
            let removal = context.command(["trust", "remove", "--fingerprint", certificate.sha256], store: true)
            return PathFindings.endedNamesake(certificate, isPresented: false, removal: removable ? removal : nil, scene(evidence))
        }
        return held + PathFindings.ahead(path, presented: evidence.presented, at: evidence.at, scene(evidence))
    }

    /// What a connection knows more about than a chain alone: who else may have the issuer, and how to trust what the peer presented.
    private static func explain(
        _ defect: PathDefect, in path: CandidatePath, _ scene: PathFindings.Scene, _ evidence: ConnectionEvidence, _ context: FixContext
    ) -> Finding {
        let certificate = path.certificates.indices.contains(defect.index) ? path.certificates[defect.index] : nil
        var facts = scene.facts
        facts["certificate"] = certificate?.subject.description
        facts["sha256"] = certificate?.sha256
        switch defect.failure {
        case .issuerNotFound(let issuer, let keyIdentifier, let urls):
            return missingIssuer(issuer, keyIdentifier, urls, path: path, facts: facts, evidence, context)
        case .rootNotTrusted(let root):
            return untrustedRoot(root, certificate: certificate, aia: false, facts: facts, evidence, context)
        case .selfSignedNotTrusted:
            var finding = PathFindings.explain(defect, in: path, scene)
            finding.fixes[0].command = certificate.map { context.trusting($0.sha256, from: evidence.endpoint, aia: false) }
            return finding
        default:
            return PathFindings.explain(defect, in: path, scene)
        }
    }
}
