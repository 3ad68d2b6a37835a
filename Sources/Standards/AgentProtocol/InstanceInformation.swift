/// What `InstanceInfo` tells before login.
public struct InstanceInformation: Hashable, Sendable {
    public var instanceID: String
    public var buildTag: String
    public var midVersion: String
    /// 0 when the instance does not speak Midguard's own protocol (`AgentMessages`).
    public var protocolVersion: Int

    public init(instanceID: String, buildTag: String, midVersion: String, protocolVersion: Int = AgentMessages.version) {
        (self.instanceID, self.buildTag, self.midVersion, self.protocolVersion) = (instanceID, buildTag, midVersion, protocolVersion)
    }

    public init(_ response: SOAPResponse) {
        let values = Dictionary((response.rows.first ?? []).map { ($0.name, $0.value) }) { $1 }
        self.init(
            instanceID: values["instance_id"] ?? "", buildTag: values["build_tag"] ?? "", midVersion: values["mid_version"] ?? "",
            protocolVersion: values["midguard_protocol"].flatMap { Int($0) } ?? 0)
    }

    public var response: SOAPResponse {
        SOAPResponse(
            operation: "execute",
            rows: [
                [
                    SOAPField("instance_id", instanceID), SOAPField("build_tag", buildTag), SOAPField("mid_version", midVersion),
                    SOAPField("midguard_protocol", String(protocolVersion)),
                ]
            ])
    }
}
