import Diagnosis

extension CommandFailure {
    init(findings: [Finding], exitCode: Int32) {
        self.init(message: FindingText(colours: false).render(findings), exitCode: exitCode, findings: findings)
    }
}
