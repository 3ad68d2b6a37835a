/// The row's values under the table's column names, as SOAP and the Table API carry them.
extension QueueRecord {
    public var fields: [SOAPField] {
        [
            SOAPField("sys_id", sysID.description), SOAPField("agent", agent), SOAPField("queue", queue.rawValue),
            SOAPField("state", state.rawValue), SOAPField("topic", topic), SOAPField("name", name), SOAPField("source", source),
            SOAPField("payload", payload), SOAPField("priority", String(priority.rawValue)), SOAPField("sequence", String(sequence)),
            SOAPField("response_to", responseTo?.description ?? ""), SOAPField("agent_correlator", agentCorrelator),
            SOAPField("error_string", errorString),
        ]
    }

    /// Reads the columns that are there; `agent`, `queue` and `topic` must be. Unknown columns are ignored.
    public init(fields: [SOAPField]) throws(FieldError) {
        let values = Dictionary(fields.map { ($0.name, $0.value) }) { $1 }
        func required(_ name: String) throws(FieldError) -> String {
            guard let value = values[name], !value.isEmpty else { throw .missing(name) }
            return value
        }
        func read<Value>(_ name: String, _ convert: (String) -> Value?) throws(FieldError) -> Value? {
            guard let text = values[name], !text.isEmpty else { return nil }
            guard let value = convert(text) else { throw .invalid(name) }
            return value
        }
        let queueText = try required("queue")
        guard let queue = Queue(rawValue: queueText) else { throw .invalid("queue") }
        self.init(
            sysID: try read("sys_id") { SysID($0) } ?? .random(), agent: try required("agent"), queue: queue,
            state: try read("state", State.init(rawValue:)) ?? .ready, topic: try required("topic"), name: values["name"] ?? "",
            source: values["source"] ?? "", payload: values["payload"] ?? "",
            priority: try read("priority") { Int($0).flatMap(Priority.init(rawValue:)) } ?? .standard,
            sequence: try read("sequence") { Int64($0) } ?? 0, responseTo: try read("response_to") { SysID($0) },
            agentCorrelator: values["agent_correlator"] ?? "", errorString: values["error_string"] ?? "")
    }

    public enum FieldError: Error, Hashable, Sendable {
        case missing(String)
        case invalid(String)
    }
}
