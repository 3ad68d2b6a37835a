import AgentProtocol
import Diagnosis
import FoundationEssentials
import TrustPolicy

/// One kind of job. A new kind is one new file beside this one and one line in `ProbeKinds.all`.
protocol Probe: Sendable {
    /// The topic of the queue rows that it handles.
    var topic: String { get }
    /// After this it is cancelled and the job ends with an error.
    var deadline: Duration { get }
    func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport
}

extension Probe {
    var deadline: Duration { .seconds(60) }
}

/// Every kind of job that this agent does. Only `JavascriptProbe` executes anything, where that is turned on.
enum ProbeKinds {
    static let all: [any Probe] = [
        CertificateProbe(), EchoProbe(), HeartbeatProbe(), JavascriptProbe(), LDAPProbe(), LDAPProbe(topic: "LDAPConnectionTesterProbe"),
        RESTProbe(),
        SystemCommand(),
    ]

    static func handling(_ topic: String) -> (any Probe)? { all.first { $0.topic == topic } }
}

/// A job as its probe sees it.
struct ProbeJob: Sendable {
    var id: SysID
    var name: String
    /// The target. May carry secrets in its query: `Redaction` before it is shown.
    var source: String
    /// Of the payload, by name; of a repeated name the last counts.
    var parameters: [String: String]
    /// By alias, as the instance sealed them.
    var sealedSecrets: [String: String]
}

/// What a probe may use of the agent around it.
struct ProbeSurroundings: Sendable {
    var transport: any InstanceTransport
    /// What findings' commands name.
    var context: FixContext
    /// Opens a secret that the instance sealed to the identity key, for this agent and this job only.
    var open: @Sendable (_ sealed: String, _ job: SysID) throws(SecretFailure) -> BasicCredentials
    var status: @Sendable () async -> RuntimeFigures
    var identity: IdentityRing
    /// By which a job asks for a new key pair.
    var rekey: RekeyWish
    var scripts: ScriptSettings
    /// Has the agent begin anew once its jobs are done, with what its files say then.
    var restart: @Sendable () -> Void = {}
    /// A line for the agent's log, of this job.
    var log: @Sendable (String) -> Void = { _ in }
}

extension ProbeJob {
    /// What the parameter `credential` names, opened; nil without that parameter.
    func credentials(in surroundings: ProbeSurroundings) throws(ProbeRefusal) -> BasicCredentials? {
        guard let alias = parameters["credential"] else { return nil }
        guard let sealed = sealedSecrets[alias] else {
            throw ProbeRefusal(source: source, because: "The instance sent no credential named \(alias).")
        }
        do throws(SecretFailure) { return try surroundings.open(sealed, id) } catch {
            throw ProbeRefusal(
                report: .failure(
                    "An error occurred while decrypting credentials from instance: \(alias)",
                    findings: [AgentFindings.secretNotOpened(alias: alias, failure: error)]
                ).withFindings())
        }
    }
}

/// A job ends before anything is connected to.
struct ProbeRefusal: Error {
    var report: ProbeReport

    init(report: ProbeReport) { self.report = report }

    init(source: String, because cause: String) {
        report = .failure(cause, findings: [AgentFindings.jobRefused(subject: Redaction.source(source), cause: cause)]).withFindings()
    }
}

/// Why a sealed secret stays closed. No content, no key.
enum SecretFailure: Error, Hashable { case notSealedToThisKey, altered, malformed }

/// What the agent knows about itself while it works.
struct RuntimeFigures: Sendable {
    struct PoolFigures: Sendable { var name: String, places: Int, running: Int, waiting: Int }
    var pools: [PoolFigures]
    var spooledResults: Int
    var finishedJobs: Int
}

/// What a probe found, before it is written as `<results>`.
struct ProbeReport: Sendable {
    /// Elements of the `<result>`, in order: name and text.
    var fields: [(name: String, text: String)] = []
    /// 0 is success.
    var resultCode = 0
    var errorString = ""
    var findings: [Finding] = []

    static func failure(_ message: String, findings: [Finding] = []) -> ProbeReport {
        ProbeReport(resultCode: 1, errorString: message, findings: findings)
    }

    /// The findings, in the catalogue's JSON, as the field of that name.
    func withFindings() -> ProbeReport {
        var report = self
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let json = try? encoder.encode(findings) { report.fields.append(("findings", String(decoding: json, as: UTF8.self))) }
        return report
    }
}
