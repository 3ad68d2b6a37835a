import AgentProtocol
public import Foundation
public import InstanceStore

/// An agent that was silent for too long is not trusted any more until somebody validates it again: its key may be in other hands by now.
/// Off unless it is switched on, as with the vendor (`mid.inactivity.timeout.enabled`, `…days`).
public struct Governance: Sendable {
    /// How often it is looked at.
    static let interval = Duration.seconds(3600)
    /// After a longer pause the instance itself was away, and nobody's silence counts from before.
    static let pause: Double = 2 * 3600
    /// Days before the end at which it is told.
    public static let warningDays = 7
    public static let who = "governance"
    private static let (daysSetting, sweptSetting, sinceSetting) = ("inactivity.days", "inactivity.swept", "inactivity.since")

    public let store: InstanceStore

    public init(store: InstanceStore) { self.store = store }

    /// For agents without a number of their own; 0 is never.
    public func generalDays() async throws(InstanceStoreError) -> Int { try await store.setting(Self.daysSetting).flatMap { Int($0) } ?? 0 }

    public func setGeneralDays(_ days: Int, by who: String, now: Date) async throws(InstanceStoreError) {
        let entry = AuditEntry(at: now, who: who, action: "inactivity-days", subject: "all agents", detail: Self.words(days))
        try await store.setSetting(Self.daysSetting, to: String(days), recording: entry)
    }

    /// nil: as for all. Throws `absent` when no agent has the name.
    public func setDays(_ days: Int?, ofAgentNamed name: String, by who: String, now: Date) async throws(InstanceStoreError) {
        _ = try await store.act("inactivity-days", onAgentNamed: name, by: who, now: now) { (agent) throws(Never) in
            agent.inactivityDays = days
            return days.map(Self.words) ?? "as for all"
        }
    }

    /// Takes the trust from those whose time is over. Returns their names.
    @discardableResult
    func sweep(now: Date) async throws(InstanceStoreError) -> [String] {
        let general = try await generalDays()
        let since = try await beginning(now)
        var invalidated: [String] = []
        for agent in try await store.agents() {
            guard let end = Self.end(of: agent, generalDays: general, since: since), end <= now else { continue }
            let outcome = try await store.act("auto-invalidate", onAgentNamed: agent.name, by: Self.who, now: now) {
                (agent) throws(StillThere) in
                // It may have come back meanwhile.
                guard let end = Self.end(of: agent, generalDays: general, since: since), end <= now else { throw StillThere() }
                (agent.validation, agent.pendingCertificate, agent.autoInvalidatedAt) = (.no, nil, now)
                return "silent since \(Self.lastWord(agent, since).formatted(.iso8601))"
            }
            if case .success = outcome { invalidated.append(agent.name) }
        }
        return invalidated
    }

    /// Until cancelled. A look that fails is made again an hour later.
    func run(now: @Sendable () -> Date, failed: @Sendable (InstanceStoreError) -> Void) async throws {
        while !Task.isCancelled {
            do throws(InstanceStoreError) { try await sweep(now: now()) } catch { failed(error) }
            try await Task.sleep(for: Self.interval)
        }
    }

    /// When it will not be trusted any more should it stay silent; nil for never.
    public func end(of agent: AgentRecord) async throws(InstanceStoreError) -> Date? {
        Self.end(of: agent, generalDays: try await generalDays(), since: try await store.date(Self.sinceSetting) ?? .distantPast)
    }

    static func end(of agent: AgentRecord, generalDays: Int, since: Date) -> Date? {
        let days = agent.inactivityDays ?? generalDays
        guard days > 0, agent.validation == .yes else { return nil }
        return lastWord(agent, since).addingTimeInterval(Double(days) * 86_400)
    }

    private static func lastWord(_ agent: AgentRecord, _ since: Date) -> Date { max(agent.lastSeen ?? agent.createdAt, since) }

    /// From when on silence counts: the instance has been there ever since.
    private func beginning(_ now: Date) async throws(InstanceStoreError) -> Date {
        let swept = try await store.date(Self.sweptSetting)
        try await store.setSetting(Self.sweptSetting, to: String(now.timeIntervalSince1970))
        if let swept, abs(now.timeIntervalSince(swept)) <= Self.pause, let since = try await store.date(Self.sinceSetting) { return since }
        // The first look ever takes what is known.
        let since = swept == nil ? .distantPast : now
        try await store.setSetting(Self.sinceSetting, to: String(since.timeIntervalSince1970))
        return since
    }

    private static func words(_ days: Int) -> String { days == 0 ? "never" : "\(days) days" }

    private struct StillThere: Error {}
}

extension InstanceStore {
    fileprivate func date(_ setting: String) async throws(InstanceStoreError) -> Date? {
        try await self.setting(setting).flatMap { Double($0) }.map { Date(timeIntervalSince1970: $0) }
    }
}
