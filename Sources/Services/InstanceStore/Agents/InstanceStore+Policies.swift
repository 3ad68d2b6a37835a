public import struct Foundation.Date

/// The table of policies that agents may take over: a text that the instance does not look into.
extension InstanceStore {
    private static let policiesSetting = "policies"

    public func policies() async throws(InstanceStoreError) -> String? {
        try await setting(Self.policiesSetting).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// nil takes it away.
    public func setPolicies(_ text: String?, by who: String, rows: Int, now: Date) async throws(InstanceStoreError) {
        let entry = AuditEntry(at: now, who: who, action: "policies", subject: "all agents", detail: "\(rows) rows")
        try await setSetting(Self.policiesSetting, to: text ?? "", recording: entry)
    }
}
