import StrictXML

/// The config.xml of a new agent.
public enum ConfigurationTemplate {
    public static func render(url: String, name: String, username: String, password: Secret, registrationKey: Secret? = nil) -> [UInt8] {
        func parameter(_ name: String, _ value: String, secure: Bool = false) -> String {
            "  <parameter name=\"\(name)\"\(secure ? " secure=\"true\"" : "") value=\"\(XMLEscaping.attribute(value))\"/>"
        }
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<parameters>", "  <!-- The instance, and how the agent logs in there. -->",
            parameter("url", url), parameter("mid.instance.username", username),
            parameter("mid.instance.password", password.reveal(), secure: true), parameter("name", name),
        ]
        if let registrationKey {
            lines.append("  <!-- Validates this agent once; removed when it was used. -->")
            lines.append(parameter("mid.midguard.registration_key", registrationKey.reveal(), secure: true))
        }
        lines += [
            "  <!-- Filled in by the agent: its record on the instance, and what binds this file to its keystore. -->",
            parameter("mid_sys_id", ""), parameter("keypairs.mid_id", ""),
            "  <!-- Which checks the first contact with the instance must pass. -->",
            parameter("mid.ssl.bootstrap.default.check_cert_chain", "true"),
            parameter("mid.ssl.bootstrap.default.check_cert_hostname", "true"),
            parameter("mid.ssl.bootstrap.default.check_cert_revocation", "true"),
            parameter("mid.ssl.use.instance.security.policy", "false"), "  <!-- How much at once, and how much is logged. -->",
            parameter("threads.max", "25"), parameter("mid.log.level", "info"), "</parameters>", "",
        ]
        return Array(lines.joined(separator: "\n").utf8)
    }
}
