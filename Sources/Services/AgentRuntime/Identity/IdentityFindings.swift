import AgentIdentity
import Diagnosis
import JavaKeystore

extension AgentFindings {
    static func explaining(_ failure: IdentityCustody.Failure, home: String) -> Finding {
        switch failure {
        case .home(let failure): return failure.finding
        case .outOfSync(let path, let hasMidID):
            return Finding(
                id: "identity.out-of-sync", severity: .error, subject: path,
                summary: hasMidID
                    ? "\(path) does not open with the keypairs.mid_id of config.xml."
                    : "\(path) exists, but config.xml has no keypairs.mid_id to open it with.",
                cause:
                    "config.xml or the keystore was replaced, restored or altered on its own. The format cannot tell a wrong password from an"
                    + " altered file. The keystore was not touched.",
                evidence: ["keystore": path, "config": home + "/config.xml", "midIDPresent": String(hasMidID)],
                fixes: [
                    .init("Bring the two into step with the help of the backups", command: "midguard identity restore \(quoted(home))"),
                    .init(
                        "Or give the old key up; the agent must be invalidated and validated again",
                        command: "midguard identity reset \(quoted(home)) --yes"),
                ],
                vendorMessages: [
                    "Unable to load keystore: Unexpected IOException loading KeyStore, caused by: Keystore was tampered with, or password was"
                        + " incorrect",
                    "Keystore and config.xml files out of sync. 1) Delete keystore/agent_keystore.jks or restore config.xml to its previous"
                        + " state, 2) ensure MID server has write permissions to config.xml and to keystore directory, 3) restart MID server.",
                ])
        case .unreadable(let path, let error): return StoreFindings.explaining(error, path: path)
        case .unusable(let path, let error):
            return Finding(
                id: "identity.pair-missing", severity: .error, subject: path,
                summary: "\(path) holds no key pair that can be this agent's identity.",
                cause: String(describing: error),
                fixes: [
                    .init("Put the newest copy back that holds one", command: "midguard identity restore \(quoted(home))"),
                    .init(
                        "Or make a new pair; the agent must be invalidated and validated again",
                        command: "midguard identity reset \(quoted(home)) --yes"),
                ],
                vendorMessages: ["AutomationIOException: No key pair found for DefaultSecurityKeyPairHandle"])
        }
    }
}
