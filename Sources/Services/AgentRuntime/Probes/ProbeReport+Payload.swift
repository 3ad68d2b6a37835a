import AgentProtocol

extension ProbeReport {
    /// What goes into the result's payload. `parameters` are the job's, echoed; values that look like secrets are left out.
    func payload(echoing parameters: [JobPayload.Parameter], duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        return ResultPayload(
            probeTimeMilliseconds: Int(milliseconds), resultCode: resultCode, error: errorString.isEmpty ? nil : errorString,
            results: fields.isEmpty ? [] : [fields.map { .init(Self.elementName($0.name), $0.text) }],
            parameters: JobPayload(parameters.map { .init($0.name, Redaction.isTelling($0.name) ? "…" : $0.value) })
        ).serialised()
    }

    /// Field names may come from a job's parameters; as an element's name only XML's name characters can stand.
    static func elementName(_ name: String) -> String {
        let allowed = name.utf8.map { byte in
            let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
            return isLetter || (48...57).contains(byte) || "._-".utf8.contains(byte) ? byte : UInt8(ascii: "_")
        }
        guard let first = allowed.first else { return "_" }
        let startsWell = (65...90).contains(first) || (97...122).contains(first) || first == UInt8(ascii: "_")
        return (startsWell ? "" : "_") + String(decoding: allowed.prefix(200), as: UTF8.self)
    }
}
