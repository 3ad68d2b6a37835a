import AgentProtocol

/// `keypairs.mid_id` of config.xml: 32 random hexadecimal digits that bind the file to the keystore, whose password they are.
public enum MidID {
    public static func random() -> String { SysID.random().description }
}
