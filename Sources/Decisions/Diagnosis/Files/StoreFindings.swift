public import JavaKeystore

/// Findings on keystores and trust stores as files.
public enum StoreFindings {
    /// Why the keystore at `path` could not be read or written.
    public static func explaining(_ error: KeystoreError, path: String) -> Finding {
        explaining(error, on: StoreContext(path: path))
    }

    /// There is no `default`: an unexplained failure does not compile.
    public static func explaining(_ error: KeystoreError, on store: StoreContext) -> Finding {
        switch error {
        case .truncated(let field, let offset): damaged("store.truncated", cutIn: field, offset, store)
        case .malformed(let field, let offset): damaged("store.malformed", wrongIn: field, offset, store)
        case .overLimit(let field, let found, let limit): overLimit(field, found, limit, store)
        case .unknownFormat(let beginning): unknownFormat(beginning, store)
        case .otherFormat(let found, let expected): otherFormat(found, expected: expected, store)
        case .readOnlyFormat(let format): readOnly(format, store)
        case .unsupportedVersion(let version): unsupportedVersion(version, store)
        case .unsupportedAlgorithm(let field, let oid): unsupported(oid, for: field, store)
        case .keyProtection(let oid): unsupported(oid, for: "a key's protection", store)
        case .forbiddenClass(let name): forbiddenClass(name, store)
        case .integrity: integrity(store)
        case .keyPassword: keyPassword(alias: nil, store)
        case .passwordMissing(let field): passwordMissing(field, store)
        case .passwordNotASCII: passwordNotASCII(store)
        case .noSuchEntry(let alias): noSuchEntry(alias, nearest: [], store)
        case .aliasTooLong(let bytes): aliasTooLong(bytes, store)
        case .cannotHold(let format, let losses): cannotHold(losses, in: format, store)
        }
    }

    public static func missing(_ path: String) -> Finding {
        Finding(
            id: "store.missing", severity: .error, subject: path, summary: "There is no file \(path).",
            cause: "The store was moved, deleted or never made.",
            evidence: ["path": path],
            fixes: [.init("Correct the path, or restore the file from a backup", command: "ls -la \(Words.quoted(parent(of: path)))")],
            vendorMessages: [
                "java.io.FileNotFoundException: \(path) (No such file or directory)", "Keystore file does not exist: \(path)",
            ])
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
                .init("See who owns the folder and who may write", command: "ls -ld \(Words.quoted(parent(of: path)))"),
                .init("See how full the disk is", command: "df -h \(Words.quoted(parent(of: path)))"),
            ], vendorMessages: ["java.io.FileNotFoundException: \(path) (Permission denied)"])
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
