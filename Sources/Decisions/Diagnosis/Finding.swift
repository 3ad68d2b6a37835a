/// What Midguard says when something is wrong or about to be. The JSON shape and the identifiers are a contract.
public struct Finding: Hashable, Sendable, Codable {
    public enum Severity: String, Hashable, Sendable, Codable { case error, warning, notice }

    public struct Fix: Hashable, Sendable, Codable {
        public var effect: String
        /// Works when pasted; nil when somebody else has to act.
        public var command: String?
        /// false for a fix that weakens a check.
        public var safe: Bool
        public init(_ effect: String, command: String? = nil, safe: Bool = true) {
            (self.effect, self.command, self.safe) = (effect, command, safe)
        }

        enum CodingKeys: String, CodingKey { case effect, command, safe }
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(effect, forKey: .effect)
            try container.encode(command, forKey: .command)  // null, not absent
            try container.encode(safe, forKey: .safe)
        }
    }

    public var id: String
    public var severity: Severity
    /// What it is about: an endpoint, a file, an agent.
    public var subject: String
    public var summary: String
    public var cause: String
    public var evidence: [String: String]
    public var fixes: [Fix]
    /// Lines that Java-based agents print for this cause: people search for them.
    public var vendorMessages: [String]
    public var references: [String]
    /// The finding that this one merely follows from.
    public var consequenceOf: String?

    public init(
        id: String, severity: Severity, subject: String, summary: String, cause: String, evidence: [String: String] = [:],
        fixes: [Fix] = [],
        vendorMessages: [String] = [], references: [String] = [], consequenceOf: String? = nil
    ) {
        (self.id, self.severity, self.subject, self.summary, self.cause) = (id, severity, subject, summary, cause)
        (self.evidence, self.fixes, self.vendorMessages, self.references) = (evidence, fixes, vendorMessages, references)
        self.consequenceOf = consequenceOf
    }
}
