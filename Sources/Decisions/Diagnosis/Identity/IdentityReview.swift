import AgentConfiguration
import StrictDER

import struct Foundation.Date

/// Findings on an agent's identity as it lies on disk, root cause first.
public enum IdentityReview {
    /// The vendor's alias of the identity, and a misspelling of it that its documents show.
    public static let alias = "defaultsecuritykeypairhandle"
    static let misspelt = "defaultsecuritypairhandle"
    /// Days before the end at which a warning begins anew.
    static let warningDays: [Int64] = [1, 7, 14, 30]

    /// `now`: seconds since 1970.
    public static func findings(on evidence: IdentityEvidence, at now: Int64) -> [Finding] {
        var found = configuration(evidence)
        if !evidence.notWritable.isEmpty { found.append(notWritable(evidence)) }
        switch evidence.store {
        case .opens: found += pair(evidence, at: now)
        case .missing: found.append(keystoreMissing(evidence))
        case .damaged(let error, let hasBackup):
            var finding = StoreFindings.explaining(error, path: evidence.keystorePath)
            finding.fixes = [hasBackup ? restore(evidence) : reset(evidence)]
            found.append(finding)
        case .unreadable: found.append(unreadable(evidence))
        case .identifierMissing, .identifierWrong, .altered, .undecided: found.append(outOfSync(evidence))
        }
        found += passwords(evidence, follows: found.first { $0.severity == .error }?.id)
        if let system = evidence.volatileFileSystem { found.append(notPersistent(evidence, system)) }
        // What stops the agent comes before what should be better.
        return [Finding.Severity.error, .warning, .notice].flatMap { severity in found.filter { $0.severity == severity } }
    }

    // MARK: keystore

    private static func keystoreMissing(_ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "identity.keystore-missing", severity: .error, subject: evidence.home,
            summary: "There is no keystore \(evidence.keystorePath).",
            cause:
                "The agent has not been started yet, or the file was deleted. Without it the agent has no identity and opens no credentials.",
            evidence: ["keystore": evidence.keystorePath],
            fixes: [
                restore(evidence, effect: "Put the newest backup back, if there is one: the agent stays validated"),
                .init("Or make a new key pair; the agent must be validated again", command: command("create", evidence)),
            ], vendorMessages: ["AutomationIOException: No key pair found for DefaultSecurityKeyPairHandle"])
    }

    private static func outOfSync(_ evidence: IdentityEvidence) -> Finding {
        let path = evidence.keystorePath
        let (summary, cause, kind, mends): (String, String, String, Bool) =
            switch evidence.store {
            case .identifierMissing(let isKnown):
                (
                    "\(path) exists, but config.xml has no keypairs.mid_id to open it with.",
                    isKnown
                        ? "config.xml was replaced or edited; an identifier in the backup trail opens the keystore."
                        : "config.xml was replaced or edited, and the backup trail knows no identifier that opens the keystore.",
                    "identifier-missing", isKnown
                )
            case .identifierWrong:
                (
                    "The keypairs.mid_id of config.xml is not that of \(path).",
                    "Another identifier, which stands in the backup trail, opens the keystore: config.xml was replaced, restored or edited.",
                    "identifier-wrong", true
                )
            case .altered(let backup):
                (
                    "\(path) was altered or replaced: the keypairs.mid_id of config.xml opens its backup \(backup), and not the file itself.",
                    "The identifier is right, so the keystore is what was changed.", "keystore-altered", true
                )
            default:
                (
                    "\(path) does not open with the keypairs.mid_id of config.xml.",
                    "Either was replaced or altered. No backup opens either, so nothing tells which; the format cannot.", "undecided", false
                )
            }
        return Finding(
            id: "identity.out-of-sync", severity: .error, subject: path, summary: summary, cause: cause + " Nothing was touched.",
            evidence: ["keystore": path, "config": evidence.configurationPath, "kind": kind],
            fixes: mends
                ? [restore(evidence), reset(evidence, effect: "Or give the old key up; the agent must be invalidated and validated again")]
                : [
                    .init("Put the keystore and the config.xml of one moment back from a backup of your own"),
                    reset(evidence, effect: "Or give the old key up; the agent must be invalidated and validated again"),
                ],
            vendorMessages: [
                "Unable to load keystore: Unexpected IOException loading KeyStore, caused by: Keystore was tampered with, or password was"
                    + " incorrect",
                "Keystore and config.xml files out of sync. 1) Delete keystore/agent_keystore.jks or restore config.xml to its previous"
                    + " state, 2) ensure MID server has write permissions to config.xml and to keystore directory, 3) restart MID server.",
            ])
    }

    private static func unreadable(_ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "store.unreadable", severity: .error, subject: evidence.keystorePath,
            summary: "The user \(evidence.user) may not read \(evidence.keystorePath).",
            cause: "Owner or mode of the file do not allow it.",
            evidence: ["user": evidence.user],
            fixes: [
                .init(
                    "Give it to the agent's user",
                    command: "sudo chown \(Words.quoted(evidence.user)) \(Words.quoted(evidence.keystorePath))")
            ])
    }

    private static func notWritable(_ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "store.not-writable", severity: .warning, subject: evidence.home,
            summary: "The user \(evidence.user) may not write \(Words.list(evidence.notWritable)).",
            cause: "An agent that cannot write both config.xml and its keystore gets them out of step at the next change of its key.",
            evidence: ["user": evidence.user, "files": Words.list(evidence.notWritable)],
            fixes: [
                .init(
                    "Give them to the agent's user",
                    command: "sudo chown \(Words.quoted(evidence.user)) \(evidence.notWritable.map(Words.quoted).joined(separator: " "))")
            ], vendorMessages: ["ensure MID server has write permissions to config.xml and to keystore directory"])
    }

    // MARK: pair

    private static func pair(_ evidence: IdentityEvidence, at now: Int64) -> [Finding] {
        var found: [Finding] = []
        switch evidence.pair {
        case .missing: found.append(pairMissing(evidence, "The entry was deleted, or never made."))
        case .unusable(let reason): found.append(pairMissing(evidence, reason))
        case .present(let certificate):
            if let finding = ending(certificate, evidence, at: now) { found.append(finding) }
            if certificate.isCustom { found.append(custom(certificate, evidence)) }
            if certificate.isCustom, certificate.isForServersToo { found.append(clientUsageGoing(certificate, evidence)) }
        }
        if let unusual = evidence.otherKeys.first(where: { $0.lowercased() == misspelt }) { found.append(aliasUnusual(unusual, evidence)) }
        if evidence.isWellKnownPassword {
            found.append(
                Finding(
                    id: "store.default-password", severity: .warning, subject: evidence.keystorePath,
                    summary: "\(evidence.keystorePath) keeps keys under a password that everybody knows.",
                    cause: "keypairs.mid_id is the store's password; it is one that documents and installers propose.",
                    fixes: [reset(evidence, effect: "Make a new identity under a random one; the agent must be validated again")]))
        }
        return found
    }

    private static func pairMissing(_ evidence: IdentityEvidence, _ cause: String) -> Finding {
        var fixes = [
            restore(evidence, effect: "Put the newest backup that holds the pair back: the agent stays validated"),
            Finding.Fix("Or make a new one; the agent must be validated again", command: command("create", evidence)),
        ]
        if let other = evidence.otherKeys.first(where: { $0.lowercased() == misspelt }) {
            fixes.insert(.init("Or give the entry \(other) the right name", command: rename(other, evidence)), at: 0)
        }
        return Finding(
            id: "identity.pair-missing", severity: .error, subject: evidence.keystorePath,
            summary: "\(evidence.keystorePath) holds no usable key pair under \(alias).", cause: cause,
            evidence: ["otherKeys": Words.list(evidence.otherKeys)], fixes: fixes,
            vendorMessages: [
                "AutomationIOException: No key pair found for DefaultSecurityKeyPairHandle", "Could not authenticate user 'null'",
            ])
    }

    private static func ending(_ certificate: IdentityEvidence.Certificate, _ evidence: IdentityEvidence, at now: Int64) -> Finding? {
        let left = certificate.notAfter - now
        guard left <= (warningDays.last ?? 0) * 86_400 else { return nil }
        let end = Words.time(Date(timeIntervalSince1970: Double(certificate.notAfter)), from: Date(timeIntervalSince1970: Double(now)))
        let within = warningDays.first { left <= $0 * 86_400 } ?? 0
        let fix: Finding.Fix =
            certificate.isCustom
            ? .init("Have it renewed by its authority: this writes the request, from the same key", command: command("csr", evidence))
            : .init(
                "The agent renews it by itself while it runs; look whether it does",
                command: "midguard agent status --home \(Words.quoted(evidence.home))")
        return Finding(
            id: left < 0 ? "identity.expired" : "identity.expiring", severity: left < 0 ? .error : .warning, subject: evidence.keystorePath,
            summary: "The identity's certificate \(left < 0 ? "ended" : "ends"): \(end).",
            cause: certificate.isCustom
                ? "A custom certificate is never renewed by the agent."
                : "The agent was not running, or could not reach its instance, when it was due.",
            evidence: [
                "subject": certificate.subject, "notAfter": Words.time(Date(timeIntervalSince1970: Double(certificate.notAfter))),
                "warningDays": left < 0 ? "" : String(within), "renewal": certificate.isCustom ? "by hand" : "automatic",
            ], fixes: [fix])
    }

    private static func custom(_ certificate: IdentityEvidence.Certificate, _ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "identity.custom-certificate", severity: .notice, subject: evidence.keystorePath,
            summary: "The identity is a custom certificate: \(certificate.subject).",
            cause: "Its name is not of the generated form. Agents never replace it: re-key and validate are off on the instance.",
            evidence: ["subject": certificate.subject, "sha256": certificate.sha256],
            fixes: [.init("To go back to a generated pair", command: command("remove-custom", evidence))])
    }

    private static func clientUsageGoing(_ certificate: IdentityEvidence.Certificate, _ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "chain.client-usage-going", severity: .warning, subject: evidence.keystorePath,
            summary: "The identity is a certificate for servers that may be shown by clients, too: \(certificate.subject).",
            cause:
                "Public authorities issue certificates of both usages no longer: browsers want them for servers alone. If its authority is a "
                + "public one, its successor will not be good for mutual TLS.",
            evidence: ["subject": certificate.subject, "sha256": certificate.sha256, "found": "serverAuth, clientAuth"],
            fixes: [
                .init(
                    "Log in with a client certificate of the instance's own authority instead, which the agent renews by itself",
                    command: "midguard identity mutual-tls \(Words.quoted(evidence.home)) on"),
                .init("Or have it issued by a private authority"),
            ], references: ["RFC 5280 §4.2.1.12"])
    }

    private static func aliasUnusual(_ alias: String, _ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "identity.alias-unusual", severity: .warning, subject: evidence.keystorePath,
            summary: "\(evidence.keystorePath) has an entry \(alias), which no agent looks for.",
            cause: "It is a misspelling of \(self.alias) that documents show. Mutual TLS takes the pair under that alias only.",
            evidence: ["alias": alias],
            fixes: evidence.pair == .missing
                ? [.init("Give it the right name", command: rename(alias, evidence))]
                : [
                    .init("See which of the two pairs is meant", command: command("show", evidence))
                ])
    }

    private static func notPersistent(_ evidence: IdentityEvidence, _ system: String) -> Finding {
        Finding(
            id: "identity.not-persistent", severity: .warning, subject: evidence.keystorePath,
            summary: "\(evidence.keystorePath) lies on \(system), which ends with this container.",
            cause: "Every new container makes a new key pair, and the agent must be validated again each time.",
            evidence: ["fileSystem": system],
            fixes: [.init("Mount a volume over \(evidence.home)/security, and over security_backup beside it")])
    }

    // MARK: config.xml

    /// What keeps an agent from logging in; other remarks are not about the identity.
    private static func configuration(_ evidence: IdentityEvidence) -> [Finding] {
        evidence.remarks.compactMap { remark in
            var finding = ConfigurationFindings.explaining(remark, path: evidence.configurationPath)
            switch remark {
            case .encryptedPrefixOnClearText("mid.instance.password", _): finding.fixes.insert(password(evidence), at: 0)
            case .duplicateParameter("mid.instance.username", _, _), .duplicateParameter("mid.instance.password", _, _):
                finding.fixes.insert(password(evidence, effect: "Write user and password once; the other rows go"), at: 0)
                finding.vendorMessages.append("User cannot be authenticated or is missing the proper roles")
            case .encryptedPrefixOnClearText, .duplicateParameter, .secretInClear: break
            case .unknownParameter, .badValue, .proxyHostHasScheme, .targetEndpointElsewhere: return nil
            }
            return finding
        }
    }

    private static func passwords(_ evidence: IdentityEvidence, follows: String?) -> [Finding] {
        guard !evidence.encryptedParameters.isEmpty else { return [] }
        // A Java-based agent with its key in place opens them; whether they were written with that key cannot be seen.
        if evidence.isJavaHome, case .opens = evidence.store, case .present = evidence.pair { return [] }
        return [
            Finding(
                id: "auth.password-undecryptable", severity: .error, subject: evidence.configurationPath,
                summary: "\(Words.list(evidence.encryptedParameters)) in config.xml cannot be decrypted.",
                cause: evidence.isJavaHome
                    ? "The value was encrypted with the key pair that is gone."
                    : "The value was encrypted by another agent; its method is not public, and its key is not here.",
                evidence: ["parameters": Words.list(evidence.encryptedParameters)], fixes: [password(evidence)],
                vendorMessages: [
                    "User cannot be authenticated or is missing the proper roles. If you have deleted or changed the MID server keystore, and"
                        + " config.xml mid.instance.password value is encrypted, you may need to change this value to plain text"
                ], consequenceOf: evidence.isJavaHome ? follows : nil)
        ]
    }

    // MARK: commands

    static func command(_ verb: String, _ evidence: IdentityEvidence) -> String {
        "midguard identity \(verb) \(Words.quoted(evidence.home))"
    }

    private static func restore(
        _ evidence: IdentityEvidence, effect: String = "Bring config.xml and the keystore into step with the help of the backups"
    ) -> Finding.Fix { .init(effect, command: command("restore", evidence)) }

    private static func reset(
        _ evidence: IdentityEvidence, effect: String = "Give the old key up; the agent must be invalidated and validated again"
    ) -> Finding.Fix { .init(effect, command: command("reset", evidence) + " --yes") }

    private static func password(_ evidence: IdentityEvidence, effect: String = "Write the password anew; it is asked for") -> Finding.Fix {
        .init(effect, command: command("password", evidence))
    }

    private static func rename(_ other: String, _ evidence: IdentityEvidence) -> String {
        "midguard identity rename \(Words.quoted(evidence.home)) \(Words.quoted(other)) \(alias)"
    }
}
