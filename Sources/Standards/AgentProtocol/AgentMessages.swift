/// Messages of Midguard's own protocol, JSON under `/api/midguard/v1/agents/{sys_id}/…`, by which a claim carries a lease and a fencing
/// token and a result an idempotency key. An instance offers it by `midguard_protocol` = `1` in its `InstanceInfo` answer.
public enum AgentMessages {
    public static let version = 1
    /// GET: the instance's table of policies, or nothing (204).
    public static let policiesPath = "/api/midguard/v1/policies"
    public static let basePath = "/api/midguard/v1/agents"

    public enum Validation: String, Sendable, Codable { case no = "No", validating = "Validating", yes = "Yes" }

    /// POST `/api/midguard/v1/agents`: who the agent is and which key it holds.
    public struct Announcement: Hashable, Sendable, Codable {
        public var name: String
        /// nil on first contact; the instance answers with the identifier it gave.
        public var sysID: SysID?
        public var hostName: String
        public var homeDirectory: String
        public var version: String
        /// DER of the identity certificate, base64.
        public var certificate: String
        /// One-time key that validates at once; only ever sent while the agent is not validated.
        public var registrationKey: String?
        /// JWS by which the key on record vouches for this new one; needed when the instance holds another key.
        public var continuityProof: String?

        public init(
            name: String, sysID: SysID?, hostName: String, homeDirectory: String, version: String, certificate: String,
            registrationKey: String? = nil, continuityProof: String? = nil
        ) {
            (self.name, self.sysID, self.hostName, self.homeDirectory, self.version) = (name, sysID, hostName, homeDirectory, version)
            (self.certificate, self.registrationKey, self.continuityProof) = (certificate, registrationKey, continuityProof)
        }
    }

    public enum KeyOutcome: String, Sendable, Codable {
        case recorded, unchanged
        /// The key on record vouches for it: both are good until the new one announces itself without a proof.
        case accepted
        /// The instance has another key on record and wants a proof, made with `nonce`.
        case proofRequired, proofInvalid
    }
    public enum RegistrationKeyOutcome: String, Sendable, Codable { case notGiven, accepted, spent, expired, unknown }

    public struct AnnouncementAnswer: Hashable, Sendable, Codable {
        public var sysID: SysID
        public var validation: Validation
        public var key: KeyOutcome
        public var registrationKey: RegistrationKeyOutcome
        /// What a continuity proof must contain.
        public var nonce: String
        /// Since when it is not validated any more because it was silent for too long, in seconds since 1970; nil when that is not so.
        public var autoInvalidated: Int64?
        /// Where the agent was heard of a moment ago, when that is another host or home: `HOST:/HOME`.
        public var otherPlace: String?
        /// Other agents that log in as the same user.
        public var sharesUserWith: [String]?

        public init(
            sysID: SysID, validation: Validation, key: KeyOutcome, registrationKey: RegistrationKeyOutcome, nonce: String,
            autoInvalidated: Int64? = nil
        ) {
            (self.sysID, self.validation, self.key, self.registrationKey, self.nonce) = (sysID, validation, key, registrationKey, nonce)
            self.autoInvalidated = autoInvalidated
        }
    }

    /// POST `…/{sys_id}/claims`: takes ready jobs, most urgent first. With `waitSeconds` > 0 an empty answer is held back until a job
    /// comes or the time is over: this is the push channel.
    public struct ClaimRequest: Hashable, Sendable, Codable {
        /// Free places per pool.
        public var interactive: Int, expedited: Int, standard: Int
        /// 0...60.
        public var waitSeconds: Int
        /// Random per process: tells the instance that leases of an earlier process with this name are void.
        public var session: String

        public init(interactive: Int, expedited: Int, standard: Int, waitSeconds: Int, session: String) {
            (self.interactive, self.expedited, self.standard) = (interactive, expedited, standard)
            (self.waitSeconds, self.session) = (waitSeconds, session)
        }
    }

    public struct Claim: Hashable, Sendable, Codable {
        public var job: QueueRecord
        /// Fencing token: grows with each claim of the same job; a result with an older one is refused as stale.
        public var token: Int64
        /// How often this job has been claimed before: 0 the first time.
        public var earlierClaims: Int
        public var leaseSeconds: Int
        /// Credentials that the job names, sealed to the agent's key (JWE, compact form), by alias.
        public var sealedSecrets: [String: String]

        public init(job: QueueRecord, token: Int64, earlierClaims: Int, leaseSeconds: Int, sealedSecrets: [String: String] = [:]) {
            (self.job, self.token, self.earlierClaims) = (job, token, earlierClaims)
            (self.leaseSeconds, self.sealedSecrets) = (leaseSeconds, sealedSecrets)
        }
    }

    public struct ClaimAnswer: Hashable, Sendable, Codable {
        public var claims: [Claim]
        public init(claims: [Claim]) { self.claims = claims }
    }

    /// POST `…/{sys_id}/results`.
    public struct Result: Hashable, Sendable, Codable {
        /// The same for every repetition of the same result.
        public var idempotencyKey: String
        public var token: Int64
        /// queue `input`, with `responseTo`.
        public var record: QueueRecord

        public init(idempotencyKey: String, token: Int64, record: QueueRecord) {
            (self.idempotencyKey, self.token, self.record) = (idempotencyKey, token, record)
        }
    }
    public struct ResultsRequest: Hashable, Sendable, Codable {
        public var results: [Result]
        public init(results: [Result]) { self.results = results }
    }
    public enum ResultOutcome: String, Sendable, Codable {
        /// On disk now · was on disk already · an other claim of the job holds a newer token · no such job.
        case stored, duplicate, stale, unknownJob
    }
    public struct Receipt: Hashable, Sendable, Codable {
        public var idempotencyKey: String
        public var outcome: ResultOutcome
        public init(idempotencyKey: String, outcome: ResultOutcome) { (self.idempotencyKey, self.outcome) = (idempotencyKey, outcome) }
    }
    public struct ResultsAnswer: Hashable, Sendable, Codable {
        public var receipts: [Receipt]
        public init(receipts: [Receipt]) { self.receipts = receipts }
    }

    /// POST `…/{sys_id}/heartbeat`: the agent lives; leases of `holding` are renewed.
    public struct Heartbeat: Hashable, Sendable, Codable {
        public struct Held: Hashable, Sendable, Codable {
            public var job: SysID
            public var token: Int64
            public init(job: SysID, token: Int64) { (self.job, self.token) = (job, token) }
        }
        public var session: String
        public var holding: [Held]
        public var spooledResults: Int
        public init(session: String, holding: [Held], spooledResults: Int) {
            (self.session, self.holding, self.spooledResults) = (session, holding, spooledResults)
        }
    }
    public struct HeartbeatAnswer: Hashable, Sendable, Codable {
        public var validation: Validation
        /// Jobs whose lease is no longer this agent's.
        public var lost: [SysID]
        /// Somebody on the instance asks for a new key pair. Absent in answers of earlier versions.
        public var rekey: Bool?
        /// And that it takes a custom certificate's place, too.
        public var replacesCustom: Bool?
        public init(validation: Validation, lost: [SysID], rekey: Bool? = nil, replacesCustom: Bool? = nil) {
            (self.validation, self.lost, self.rekey, self.replacesCustom) = (validation, lost, rekey, replacesCustom)
        }
    }

    /// POST `…/{sys_id}/client-certificate`: a certificate for mutual TLS, over the key on record.
    public struct ClientCertificateRequest: Hashable, Sendable, Codable {
        /// PKCS#10, DER, base64.
        public var request: String
        public init(request: String) { self.request = request }
    }
    public struct ClientCertificateAnswer: Hashable, Sendable, Codable {
        /// DER, base64: the agent's own first; the root is not sent.
        public var chain: [String]
        public init(chain: [String]) { self.chain = chain }
    }

    /// POST `…/{sys_id}/findings`: replaces what the console shows for this agent. Each element is a finding in the catalogue's JSON shape.
    public struct FindingsReport: Hashable, Sendable, Codable {
        public var findings: [String]
        public init(findings: [String]) { self.findings = findings }
    }
}
