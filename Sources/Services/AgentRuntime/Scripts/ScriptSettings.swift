import AgentConfiguration
import LocalFiles

/// Whether an agent runs scripts, and what these may see of it.
struct ScriptSettings: Sendable {
    /// `mid.midguard.javascript` in config.xml: a job that executes anything is off until somebody turns it on.
    var isAllowed: Bool
    /// The program that runs them, beside this one.
    var executable: String
    /// Where script includes lie, as NAME.js.
    var includes: String
    var agent: String
    var sysID: String
    /// Of config.xml: no secrets.
    var configuration: [String: String]

    init(_ home: AgentHome, agent: String, sysID: String) {
        isAllowed = home.configuration.value(Self.parameter)?.lowercased() == "true"
        executable = Files.parent(of: Files.executable) + "/midguard-javascript"
        includes = home.layout.home + "/scripts"
        (self.agent, self.sysID) = (agent, sysID)
        configuration = home.configuration.parameters.reduce(into: [:]) { shown, parameter in
            let isSecret =
                parameter.isSecure || KnownParameter.named(parameter.name)?.kind == .secret || parameter.name == "keypairs.mid_id"
            if !isSecret { shown[parameter.name] = parameter.value }
        }
    }

    static let parameter = "mid.midguard.javascript"
    static let scriptLimit = 1 << 20

    /// The source of an include; nil when there is none of that name.
    func include(_ name: String) -> String? {
        let plain = !name.isEmpty && name.utf8.count <= 80 && name.utf8.allSatisfy(Self.isPlain) && !name.hasPrefix(".")
        guard plain, let bytes = try? Files.read("\(includes)/\(name).js", limit: Self.scriptLimit) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet) || "_-.".utf8.contains(octet)
    }
}
