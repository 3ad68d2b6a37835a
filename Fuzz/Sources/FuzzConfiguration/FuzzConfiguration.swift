import AgentConfiguration

/// No bytes make the reader of config.xml trap; what it accepts can be read as settings, and rewriting changes what was asked for only.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let file = try? ConfigurationFile(parsing: bytes) else { return 0 }
    _ = file.remarks()
    _ = try? AgentSettings(file)
    for name in ["url", "name", "not.there"] {
        let value = "a&b<c>\"d'"
        guard let changed = try? file.setting(name, to: value) else { preconditionFailure("\(name) cannot be set") }
        precondition(changed.value(name) == value, "\(name) was set to something else")
        precondition(others(changed, than: name) == others(file, than: name), "setting \(name) changed another parameter")
        guard let removed = try? file.removing(name) else { preconditionFailure("\(name) cannot be removed") }
        precondition(removed.value(name) == nil && others(removed, than: name) == others(file, than: name))
    }
    return 0
}

func others(_ file: ConfigurationFile, than name: String) -> [String] {
    file.parameters.filter { $0.name != name }.map { "\($0.name)=\($0.value)" }
}
