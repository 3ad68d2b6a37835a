public import JavaKeystore

/// Findings on keystores and trust stores as files.
public enum StoreFindings {
    /// Why the keystore at `path` could not be read or written. There is no `default`: an unexplained failure does not compile.
    public static func explaining(_ error: KeystoreError, path: String) -> Finding {
        let look = "keytool -list -keystore \(Words.quoted(path))"
        func finding(
            _ id: String, _ summary: String, _ cause: String, _ facts: [String: String] = [:], _ fixes: [Finding.Fix], vendor: [String] = []
        )
            -> Finding
        {
            Finding(
                id: id, severity: .error, subject: path, summary: summary, cause: cause, evidence: facts.merging(["path": path]) { $1 },
                fixes: fixes,
                vendorMessages: vendor, references: ["keystore format of Java, sun.security.provider.JavaKeyStore"])
        }
        let copyAgain = Finding.Fix("Restore it from a backup, or copy it again in binary mode")
        switch error {
        case .truncated(let field, let offset):
            return finding(
                "store.truncated", "\(path) ends inside \(field), which begins at byte \(offset).", "The file was cut short.",
                ["field": field, "offset": "\(offset)"], [copyAgain], vendor: ["java.io.EOFException"])
        case .malformed(let field, let offset):
            return finding(
                "store.malformed", "\(path) is damaged: \(field) at byte \(offset) is not what the format allows.",
                "The file was altered, or never was a keystore.", ["field": field, "offset": "\(offset)"], [copyAgain],
                vendor: ["java.io.IOException: Invalid keystore format"])
        case .overLimit(let field, let found, let limit):
            return finding(
                "store.over-limit", "\(field) in \(path) claims \(found); at most \(limit) is read.", "No genuine keystore is that large.",
                ["field": field, "found": "\(found)", "limit": "\(limit)"], [copyAgain])
        case .unknownFormat(let beginning):
            return finding(
                "store.type-unknown", "\(path) is not a keystore of a known format.",
                "Its first bytes are those of no format that Java writes.",
                ["beginning": beginning], [copyAgain], vendor: ["java.io.IOException: Invalid keystore format"])
        case .unsupportedFormat(let format):
            return finding(
                "store.type-mismatch", "\(path) is of the type \(format.rawValue), which is not read yet.", "Only JKS is read so far.",
                ["type": format.rawValue],
                [
                    .init(
                        "Convert it with Java's own tool",
                        command:
                            "keytool -importkeystore -srckeystore \(Words.quoted(path)) -destkeystore \(Words.quoted(path + ".jks")) -deststoretype JKS"
                    )
                ])
        case .unsupportedVersion(let version):
            return finding(
                "store.malformed", "\(path) is of the JKS version \(version); there are 1 and 2.", "The file was altered.",
                ["version": "\(version)"],
                [copyAgain])
        case .integrity:
            return finding(
                "store.password-or-integrity", "The password does not open \(path), or the file was altered.",
                "Its digest does not fit. The format cannot tell a wrong password from an altered file.", [:],
                [.init("Try the password that you believe is right", command: look), copyAgain],
                vendor: ["Keystore was tampered with, or password was incorrect"])
        case .keyPassword:
            return finding(
                "store.password-or-integrity", "The password does not open a private key in \(path), or the key was altered.",
                "The key's own check does not fit.", [:], [.init("Try the password that you believe is right", command: look), copyAgain],
                vendor: ["java.security.UnrecoverableKeyException: Cannot recover key"])
        case .keyProtection(let oid):
            return finding(
                "store.malformed", "A private key in \(path) is protected by an unknown algorithm: \(oid).",
                "No JKS writer of Java does that.",
                ["algorithm": oid], [copyAgain])
        case .noSuchEntry(let alias):
            return finding(
                "identity.pair-missing", "\(path) has no entry \(alias).", "It was deleted, or is kept under another alias.",
                ["alias": alias],
                [.init("See which entries there are", command: look)], vendor: ["No key pair found for \(alias)"])
        case .aliasTooLong(let bytes):
            return finding(
                "store.over-limit", "An alias of \(bytes) bytes does not fit into a keystore.", "The format allows 65,535.",
                ["bytes": "\(bytes)"],
                [.init("Choose a shorter alias")])
        }
    }

    public static func missing(_ path: String) -> Finding {
        Finding(
            id: "store.missing", severity: .error, subject: path, summary: "There is no file \(path).",
            cause: "The store was moved, deleted or never made.",
            evidence: ["path": path], fixes: [.init("Correct the path, or restore the file from a backup")],
            vendorMessages: ["java.io.FileNotFoundException: \(path) (No such file or directory)"])
    }

    public static func unreadable(_ path: String, reason: String) -> Finding {
        Finding(
            id: "store.unreadable", severity: .error, subject: path, summary: "\(path) cannot be read: \(reason).",
            cause: "The user that runs this may not read it, or the disk does not give it.", evidence: ["path": path, "reason": reason],
            fixes: [.init("See who owns it and who may read it", command: "ls -l \(Words.quoted(path))")],
            vendorMessages: ["java.io.FileNotFoundException: \(path) (Permission denied)"])
    }

    public static func notCertificates(_ path: String, reason: String) -> Finding {
        Finding(
            id: "store.type-unknown", severity: .error, subject: path,
            summary: "\(path) holds no certificates that can be read: \(reason).",
            cause: "It is neither a Java keystore nor PEM certificates.", evidence: ["path": path, "reason": reason],
            fixes: [.init("See what it is", command: "file \(Words.quoted(path))")])
    }

    public static func notWritable(_ path: String, reason: String) -> Finding {
        Finding(
            id: "store.not-writable", severity: .error, subject: path, summary: "\(path) cannot be written: \(reason).",
            cause: "The user that runs this may not write there, or the disk does not take it.",
            evidence: ["path": path, "reason": reason],
            fixes: [
                .init("See who owns the folder and who may write", command: "ls -ld \(Words.quoted(path)) \(Words.quoted(path + "/.."))"),
                .init("See how full the disk is", command: "df -h"),
            ], vendorMessages: ["java.io.FileNotFoundException: \(path) (Permission denied)"])
    }
}
