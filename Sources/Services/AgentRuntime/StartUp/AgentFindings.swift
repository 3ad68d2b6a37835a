import AgentProtocol
import Diagnosis
import LocalFiles

import struct Foundation.Date

/// What the agent says about itself: identity, login, queue. What it says about connections comes from `Diagnosis`.
enum AgentFindings {
    /// One argument for a POSIX shell.
    static func quoted(_ argument: String) -> String { StoreContext.quoted(argument) }

    static func authRefused(instance: String, user: String, status: Int, home: String) -> Finding {
        Finding(
            id: "auth.refused", severity: .error, subject: instance,
            summary: "\(instance) refuses the login of the user \(user) (\(status)).",
            cause: "User name or password in config.xml are wrong, or the user lacks the role mid_server.",
            evidence: ["user": user, "status": String(status)],
            fixes: [
                .init(
                    "Set mid.instance.username and mid.instance.password in config.xml; the agent reads them at its next start",
                    command: "${EDITOR:-vi} \(quoted(home + "/config.xml"))"),
                .init("Give the user the role mid_server on the instance"),
            ],
            vendorMessages: [
                "User cannot be authenticated or is missing the proper roles. If you have deleted or changed the MID server keystore, and"
                    + " config.xml mid.instance.password value is encrypted, you may need to change this value to plain text"
            ])
    }

    /// `id` as the instance says it; one that we do not know is told as a refused login.
    static func loginRefused(_ id: String, words: String, instance: String, user: String, home: String) -> Finding {
        let certificate: [Finding.Fix] = [
            .init(
                "Have the instance's authority issue another one, over the agent's key",
                command: "midguard identity mutual-tls \(quoted(home)) on"),
            .init("Or log in by password again", command: "midguard identity mutual-tls \(quoted(home)) off"),
        ]
        let (cause, fixes): (String, [Finding.Fix]) =
            switch id {
            case "auth.authority-not-published":
                (
                    "The instance looks at client certificates of authorities that were published there, and at no others.",
                    [.init("On the instance's machine: midguard instance clients publish AUTHORITY.pem --data DIR")] + certificate
                )
            case "auth.certificate-unmapped":
                (
                    "A certificate that is sound says only who somebody is; which user that is, the instance has to be told.",
                    [.init("On the instance's machine: midguard instance clients map CERTIFICATE.pem --user \(user) --data DIR")]
                        + certificate
                )
            case "chain.self-signed", "chain.expired", "chain.not-yet-valid", "chain.usage", "revocation.revoked", "chain.malformed":
                ("The instance looked at the client certificate that this agent shows.", certificate)
            case "identity.key-mismatch":
                (
                    "The instance has another key on record for this agent: a lost or restored keystore.",
                    [
                        .init("Put the earlier keystore back", command: "midguard identity restore \(quoted(home))"),
                        .init("Or ask for a one-time registration key: midguard instance enroll NAME --data DIR makes one"),
                    ]
                )
            default:
                (
                    "The instance does not take what the agent logs in with.",
                    [.init("See what the instance's log says; look at the clocks of both machines", command: "date -u")]
                )
            }
        let known = [
            "auth.authority-not-published", "auth.certificate-unmapped", "chain.self-signed", "chain.expired", "chain.not-yet-valid",
            "chain.usage", "revocation.revoked", "chain.malformed", "identity.key-mismatch",
        ]
        return Finding(
            id: known.contains(id) ? id : "auth.refused", severity: .error, subject: instance, summary: words, cause: cause,
            evidence: ["user": user], fixes: fixes, vendorMessages: ["Could not authenticate user"])
    }

    static func clientPairLost(home: String, keystore: String) -> Finding {
        Finding(
            id: "auth.client-pair-lost", severity: .error, subject: keystore,
            summary: "The agent is to log in by a client certificate, and its keystore holds none.",
            cause:
                "mid.midguard.login is certificate. The keystore was deleted, replaced or restored from before that, and the instance takes no "
                + "token of the key that is there now.",
            fixes: [
                .init(
                    "Log in by password again, and switch anew",
                    command: "midguard identity mutual-tls \(quoted(home)) off && midguard identity mutual-tls \(quoted(home)) on"),
                .init("Or put a copy of the keystore back that holds the pair: midguard identity restore HOME --backup NAME"),
            ], vendorMessages: ["Could not authenticate user 'null'"])
    }

    /// - Parameter since: when its silence had lasted too long; nil when that is not why.
    static func notValidated(agent: String, instance: String, state: String, since: Date? = nil) -> Finding {
        if let since {
            return Finding(
                id: "identity.auto-invalidated", severity: .warning, subject: agent,
                summary:
                    "\(instance) does not trust the agent \(agent) any more, because it was silent for too long. No jobs until somebody "
                    + "validates it.",
                cause: "The instance takes the trust from agents that are not heard of for a number of days.",
                evidence: ["since": StatusKeeper.time(since)],
                fixes: [
                    .init("On the instance's machine: midguard instance validate \(quoted(agent)) --data DIR"),
                    .init("To let it be silent for longer: midguard instance governance --agent \(quoted(agent)) --days 0 --data DIR"),
                ])
        }
        return Finding(
            id: "identity.not-validated", severity: .warning, subject: agent,
            summary: "\(instance) has recorded the agent \(agent) and its key; a person has to validate it. No jobs until then.",
            cause: "A new key may do work only after somebody with the role agent_admin said so, or with a one-time registration key.",
            evidence: ["validated": state],
            fixes: [
                .init("On the instance's machine: midguard instance validate \(quoted(agent)) --data DIR"),
                .init("Or set it up again with a one-time key: midguard instance enroll \(quoted(agent)) --data DIR makes one"),
            ])
    }

    static func validatingStuck(_ settings: RuntimeSettings, for time: Duration, instanceAhead: Double?) -> Finding {
        let skew = instanceAhead.map { "\(Int(max(-1e12, min($0, 1e12))))" }
        return Finding(
            id: "identity.validating-stuck", severity: .warning, subject: settings.name,
            summary:
                "\(settings.instanceURL) has been validating the agent \(settings.name) for more than \(time.components.seconds / 60) minutes.",
            cause:
                "What ends it has not come: the command that the instance queued for the agent, or the agent's answer to it. Clocks or time zones "
                + "that differ are known to do that.",
            evidence: [
                "secondsAhead": skew ?? "the instance has not said its time", "validated": AgentMessages.Validation.validating.rawValue,
            ],
            fixes: [
                .init("Compare this machine's clock and time zone with the instance's", command: "date; date -u"),
                .init("Then invalidate the agent on the instance, and validate it again"),
            ])
    }

    static func keyMismatch(agent: String, fingerprint: String, proofGiven: Bool) -> Finding {
        Finding(
            id: proofGiven ? "identity.key-signature-bad" : "identity.key-not-signed", severity: .error, subject: agent,
            summary: "The instance has another key on record for \(agent) and does not take this agent's.",
            cause:
                "The key pair was replaced without the old key vouching for the new one: a lost or restored keystore, or another agent of this name.",
            evidence: ["certificate": fingerprint],
            fixes: [
                .init(
                    "Put the earlier keystore back, if there is a copy anywhere: none in security_backup has a key that the instance knows"),
                .init("If the earlier key is lost: invalidate the agent on the instance, restart it, and validate it again"),
            ],
            vendorMessages: [
                "UpdatePublicKey error: Digital signature of new public key must be provided. MID Server encryption keys do not match and are"
                    + " no longer valid. To restore proper functionality, invalidate and re-validate the MID Server."
            ])
    }

    static func pendingDeletion(command: String, meant: String?, present: String?) -> Finding {
        Finding(
            id: "identity.pending-deletion", severity: .error, subject: "delete_mid_keypair \(command)",
            summary: "A command to delete the key pair is not done: it is not known to be for the pair that is here.",
            cause: meant == nil
                ? "It does not say which pair it is for. It may have waited in the queue since an invalidation before a pair was put back."
                : "The pair that it is for is gone already; the present one was put back, imported or made since.",
            evidence: ["command": command, "meant": meant ?? "not said", "present": present ?? "none"],
            fixes: [
                .init("If the present pair is the right one: nothing, the command is answered"),
                .init("If it is to be replaced: Re-key, or Invalidate, on the instance"),
            ])
    }

    static func newKeyRefused(agent: String, fingerprint: String) -> Finding {
        Finding(
            id: "identity.key-signature-bad", severity: .warning, subject: agent,
            summary: "The instance does not take the new key pair of \(agent); the agent works on with the old one.",
            cause: "The old key's word for the new one was not accepted: the record of the agent on the instance was changed meanwhile.",
            evidence: ["certificate": fingerprint],
            fixes: [.init("Ask for a new key again; if it is refused again, invalidate the agent on the instance and validate it anew")],
            vendorMessages: ["UpdatePublicKey error: Digital signature of new public key is invalid"])
    }

    static func expiring(agent: String, days: Int, until: String, isCustom: Bool, home: String) -> Finding {
        Finding(
            id: days < 0 ? "identity.expired" : "identity.expiring", severity: days < 7 ? .error : .warning, subject: agent,
            summary: days < 0
                ? "The certificate of \(agent) ended on \(until)." : "The certificate of \(agent) ends in \(days) days, on \(until).",
            cause: isCustom
                ? "It is a certificate of your own authority, which the agent never replaces by itself."
                : "The agent makes a new key pair by itself long before; that did not come about so far, and its log says why.",
            evidence: ["notAfter": until, "days": String(days), "custom": String(isCustom)],
            fixes: isCustom
                ? [
                    .init(
                        "Make a request for your authority", command: "midguard identity csr \(quoted(home)) --out agent.csr"),
                    .init("and import what it issues", command: "midguard identity import \(quoted(home)) agent.pem"),
                ] : [.init("Ask for a new key pair now", command: "midguard identity rekey \(quoted(home))")])
    }

    static func registrationKey(spent: Bool, agent: String) -> Finding {
        Finding(
            id: spent ? "auth.registration-key-spent" : "auth.registration-key-expired", severity: .warning, subject: agent,
            summary: "The instance does not take the registration key: \(spent ? "it has been used" : "it has expired or is unknown").",
            cause: "A registration key validates one agent, once, and only for a limited time.",
            fixes: [.init("Ask for a new key, or on the instance's machine: midguard instance validate \(quoted(agent)) --data DIR")]
        )
    }

    static func jobRefused(subject: String, cause: String) -> Finding {
        Finding(
            id: "runtime.job-refused", severity: .error, subject: subject, summary: "The agent does not do this job.", cause: cause,
            fixes: [.init("Correct the job where it is made")])
    }

    static func secretNotOpened(alias: String, failure: SecretFailure) -> Finding {
        let cause =
            switch failure {
            case .notSealedToThisKey: "It is sealed to another key than this agent's present one, or for another agent or record."
            case .altered: "Its seal does not fit: it was altered on the way, or made with another key."
            case .malformed: "It is not a sealed secret (JWE, compact form)."
            }
        return Finding(
            id: "identity.key-mismatch", severity: .error, subject: "credential \(alias)",
            summary: "The credential \(alias) cannot be opened.",
            cause: cause, fixes: [.init("Compare the agent's certificate with the one on the instance's record; re-key or re-validate")],
            vendorMessages: ["An error occurred while decrypting credentials from instance"])
    }

    static func interrupted(instance: String, what: String) -> Finding {
        Finding(
            id: "network.reset", severity: .error, subject: instance,
            summary: "The connection to \(instance) ended without an answer: \(what).",
            cause: "The instance was restarted, or a device between cut the connection.",
            fixes: [.init("Nothing, if it passes: the agent tries again")])
    }

    static func unexpectedAnswer(instance: String, what: String) -> Finding {
        Finding(
            id: "log.unexplained", severity: .error, subject: instance, summary: "\(instance) gives an answer that the agent cannot use.",
            cause: what,
            fixes: [
                .init("Check that mid.instance.url or `url` in config.xml names the instance itself, not a portal or a proxy before it")
            ])
    }

    static func duplicate(instance: String, what: String) -> Finding {
        Finding(
            id: "identity.duplicate-name", severity: .error, subject: instance,
            summary: "The instance has another agent, or a newer process, under this agent's name or identifier.", cause: what,
            fixes: [
                .init("Stop the other agent; or give this one a name of its own, empty mid_sys_id in config.xml, and restart it")
            ])
    }

    static func heardElsewhere(agent: String, place: String, home: String) -> Finding {
        Finding(
            id: "identity.home-or-host-changed", severity: .warning, subject: agent,
            summary: "A moment ago the instance heard of the agent \(agent) from \(place).",
            cause:
                "The home was copied with its key pair, or moved to another machine or folder. If both run, each takes the other's jobs away.",
            evidence: ["before": place, "now": home],
            fixes: [
                .init("If it was moved, make sure that nothing runs there any more"),
                .init(
                    "If it was copied, give this one a name and a key pair of its own: a new home",
                    command: "midguard agent setup --help"),
            ])
    }

    static func sharedLogin(agent: String, user: String, others: [String]) -> Finding {
        let names = others.joined(separator: ", ")
        return Finding(
            id: "identity.shared-login", severity: .notice, subject: agent, summary: "The user \(user) is also that of \(names).",
            cause: "One agent with an old password locks all of them out, and nobody can tell from the instance which one it was.",
            evidence: ["user": user, "others": names],
            fixes: [
                .init("Give each a user of its own. On the instance's machine: midguard instance enroll \(quoted(agent)) --data DIR")
            ], vendorMessages: ["User cannot be authenticated or is missing the proper roles"])
    }

    static func clockSkew(instance: String, secondsAhead: Double) -> Finding {
        let seconds = Int(min(abs(secondsAhead), 1e12))
        return Finding(
            id: "runtime.clock-skew", severity: .warning, subject: instance,
            summary: "\(instance) is \(seconds) seconds \(secondsAhead > 0 ? "ahead of" : "behind") this machine.",
            cause: "One of the two clocks is wrong. Tokens, registration keys, certificates and revocation answers are judged by them.",
            evidence: ["secondsAhead": "\(Int(max(-1e12, min(secondsAhead, 1e12))))"],
            fixes: [
                .init("See what this machine's clock says, and whether it is kept right", command: "date -u"),
                .init("The same on the instance's machine"),
            ], references: ["RFC 9110 §6.6.1"])
    }

    static func lowEntropy(agent: String) -> Finding {
        Finding(
            id: "runtime.low-entropy", severity: .warning, subject: agent,
            summary: "This machine has no random numbers yet: making a key waits.",
            cause:
                "The kernel's random number generator is not ready. On virtual machines without a source of their own it can take minutes.",
            fixes: [
                .init("See what it has gathered; 256 is all it needs", command: "cat /proc/sys/kernel/random/entropy_avail"),
                .init("Give the virtual machine a random source (virtio-rng), or install one: sudo apt-get install haveged"),
            ], references: ["getrandom(2)"])
    }

    static func diskTrouble(_ failure: FileFailure) -> Finding {
        if case .diskFull(let path) = failure {
            return Finding(
                id: "runtime.disk-full", severity: .error, subject: path, summary: "There is no space left to write \(path).",
                cause: "The file system is full, or a quota is used up.",
                fixes: [.init("See what fills it, and make room", command: "df -h \(quoted(Files.parent(of: path)))")])
        }
        return FileFindings.explaining(failure)
    }

    static func spoolGrowing(path: String, bytes: Int, results: Int) -> Finding {
        Finding(
            id: "runtime.spool-growing", severity: .warning, subject: path,
            summary: "\(results) results (\(bytes) bytes) wait to be sent; the agent takes no more jobs until they are fewer.",
            cause: "The instance cannot be reached, or does not take the results.",
            evidence: ["bytes": String(bytes), "results": String(results)],
            fixes: [.init("See why the instance does not answer", command: nil)])
    }
}
