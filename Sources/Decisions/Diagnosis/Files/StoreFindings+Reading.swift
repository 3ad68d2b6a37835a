import JavaKeystore

// Why a file is not read: damage, limits, types, passwords.
extension StoreFindings {
    static let references = ["docs/keystores"]
    static let copyAgain = Finding.Fix("Restore it from a backup, or copy it again in binary mode")

    static func finding(
        _ id: String, _ store: StoreContext, severity: Finding.Severity = .error, _ summary: String, _ cause: String,
        _ evidence: [String: String] = [:], fixes: [Finding.Fix], vendor: [String] = []
    ) -> Finding {
        var facts = evidence
        facts["path"] = store.path
        facts["format"] = store.format?.rawValue
        return Finding(
            id: id, severity: severity, subject: store.path, summary: summary, cause: cause, evidence: facts, fixes: fixes,
            vendorMessages: vendor, references: references)
    }

    static func damaged(_ id: String, cutIn field: String, _ offset: Int, _ store: StoreContext) -> Finding {
        finding(
            id, store, "\(store.path) ends inside \(field), which begins at byte \(offset).", "The file was cut short.",
            ["field": field, "offset": "\(offset)"], fixes: [copyAgain],
            vendor: store.format == .bcfks ? ["corrupted stream - out of bounds length found"] : ["java.io.EOFException"])
    }

    static func damaged(_ id: String, wrongIn field: String, _ offset: Int, _ store: StoreContext) -> Finding {
        finding(
            id, store, "\(store.path) is damaged: \(field) at byte \(offset) is not what the format allows.",
            "The file was altered, copied as text, or written by a program that does not keep to the format.",
            ["field": field, "offset": "\(offset)"], fixes: [copyAgain],
            vendor: ["java.io.IOException: Invalid keystore format", "java.io.UTFDataFormatException"])
    }

    static func overLimit(_ field: String, _ found: Int, _ limit: Int, _ store: StoreContext) -> Finding {
        let derivation = field.contains("iteration") || field.contains("scrypt")
        return finding(
            "store.over-limit", store, "\(field) in \(store.path) claims \(found); at most \(limit) is read.",
            derivation
                ? "A file that asks for so much work is broken, or made to block whoever opens it." : "No genuine keystore is that large.",
            ["field": field, "found": "\(found)", "limit": "\(limit)"], fixes: [copyAgain],
            vendor: derivation ? ["PBE iteration count too large", "MAC iteration count too large: \(found)"] : [])
    }

    static func unknownFormat(_ beginning: String, _ store: StoreContext) -> Finding {
        // "-----BEGIN", possibly after a byte order mark; or a SEQUENCE, as certificates and keys in DER are.
        let isMaterial = ["2d2d2d2d2d", "efbbbf2d2d2d2d2d", "30"].contains { beginning.hasPrefix($0) }
        let look = Finding.Fix("See what it is", command: "file \(Words.quoted(store.path))")
        return finding(
            "store.type-unknown", store, "\(store.path) is not a keystore of a known format.",
            isMaterial
                ? "It looks like certificates or keys in PEM or DER, which can be put into a keystore."
                : "Its first bytes are those of no format that Java programs keep keys in.",
            ["beginning": beginning],
            fixes: isMaterial
                ? [.init("Put what it holds into a new keystore", command: store.command("import", at: store.path + ".p12", [store.path]))]
                : [look, copyAgain],
            vendor: ["Unrecognized keystore format. Please load it with a specified type", "java.io.IOException: Invalid keystore format"])
    }

    static func otherFormat(_ found: KeystoreFormat, expected: KeystoreFormat, _ store: StoreContext) -> Finding {
        finding(
            "store.type-mismatch", store, "\(store.path) is \(found.javaName), not \(expected.javaName).",
            "Its content says so; the name of a file says nothing.", ["type": found.rawValue, "expected": expected.rawValue],
            fixes: [
                .init("Use it as what it is", command: store.command("list", options: ["--type", found.rawValue])),
                expected.isWritable
                    ? .init(
                        "Make a \(expected.javaName) store of it",
                        command: store.command(
                            "convert", [store.path + "." + expected.rawValue], options: ["--to", expected.rawValue], keys: true))
                    : .init("Correct the type where it is configured"),
            ], vendor: vendorTypeMismatch(found, expected))
    }

    private static func vendorTypeMismatch(_ found: KeystoreFormat, _ expected: KeystoreFormat) -> [String] {
        switch (found, expected) {
        case (_, .bks), (_, .uber): ["Wrong version of key store."]
        case (.bcfks, .pkcs12): ["DerValue.getBigIntegerInternal, not expected 48"]
        case (.jceks, .pkcs12), (.jks, .pkcs12):
            ["DerInputStream.getLength(): lengthTag=78, too big.", "java.io.IOException: Invalid keystore format"]
        default: ["java.io.IOException: Invalid keystore format"]
        }
    }

    static func unsupportedVersion(_ version: Int, _ store: StoreContext) -> Finding {
        finding(
            "store.malformed", store, "\(store.path) says that it is of version \(version), which its format does not have.",
            "The file was altered, or is no keystore.", ["version": "\(version)"], fixes: [copyAgain],
            vendor: store.format == .pkcs12 ? ["PKCS12 keystore not in version 3 format"] : ["java.io.IOException: Invalid keystore format"]
        )
    }

    static func unsupported(_ oid: String, for field: String, _ store: StoreContext) -> Finding {
        finding(
            "store.algorithm-unsupported", store, "\(store.path) uses an algorithm for \(field) that is not read: \(oid).",
            "It is none of those that Java, Bouncy Castle or OpenSSL write for this format, or one that needs a key of another kind.",
            ["algorithm": oid, "field": field],
            fixes: [.init("Have the program that wrote it export the store with password-based encryption (PBES2, AES-256, HMAC-SHA256)")],
            vendor: [
                "java.security.NoSuchAlgorithmException: \(oid)",
                "PBE parameter parsing error: expecting the object identifier for AES cipher",
            ])
    }

    static func forbiddenClass(_ name: String, _ store: StoreContext) -> Finding {
        finding(
            "store.forbidden-class", store, "A secret key in \(store.path) is said to be a Java object of the class \(name).",
            "No key is made of that class. Java programs that read such files without a filter run what the file's author wants; nothing of it was run here.",
            ["class": name], fixes: [copyAgain, .init("Find out who wrote the file before any Java program opens it")],
            vendor: ["java.io.IOException: Invalid secret key format", "java.io.InvalidClassException: filter status: REJECTED"])
    }

    static func integrity(_ store: StoreContext) -> Finding {
        let vendor =
            switch store.format {
            case .pkcs12:
                [
                    "keystore password was incorrect",
                    "Integrity check failed: java.security.UnrecoverableKeyException: Failed PKCS12 integrity checking",
                ]
            case .bcfks: ["BCFKS KeyStore corrupted: MAC calculation failed"]
            case .bks, .uber: ["KeyStore integrity check failed."]
            case .jks, .jceks, nil: ["Keystore was tampered with, or password was incorrect"]
            }
        var fixes = [
            Finding.Fix(
                "Try the password that you believe is right: it is asked for",
                command: store.command(["verify"] + StoreContext.arguments([store.path])))
        ]
        if store.format != .bcfks && store.format != .uber {
            fixes.append(
                .init(
                    "See what it holds without checking it",
                    command: store.command(["list", "--no-password"] + StoreContext.arguments([store.path]))))
        }
        return finding(
            "store.password-or-integrity", store, "The password does not open \(store.path), or the file was altered.",
            "Its check value does not fit. The format cannot tell a wrong password from an altered file.",
            store.password.isEmpty ? [:] : ["password": store.password.joined(separator: " ")], fixes: fixes + [copyAgain], vendor: vendor)
    }

    /// `alias`: whose key it is, when it is known.
    public static func keyPassword(alias: String?, _ store: StoreContext) -> Finding {
        let vendor =
            switch store.format {
            case .jks, nil: ["java.security.UnrecoverableKeyException: Cannot recover key"]
            case .jceks: ["Given final block not properly padded. Such issues can arise if a bad key is used during decryption."]
            case .pkcs12:
                ["Get Key failed: Given final block not properly padded. Such issues can arise if a bad key is used during decryption."]
            case .bcfks: ["BCFKS KeyStore unable to recover private key (\(alias ?? "alias"))"]
            case .bks, .uber: ["no match"]
            }
        let key = alias.map { "the key \($0)" } ?? "a key"
        return finding(
            "store.password-or-integrity", store, "The password does not open \(key) in \(store.path), or the key was altered.",
            "The key's own check does not fit. A key can have another password than its store.", alias.map { ["alias": $0] } ?? [:],
            fixes: [
                .init(
                    "Give the key's password with --key-password-file, --key-password-env or --key-password-fd; at a terminal it is asked for",
                    command: store.command("verify")), copyAgain,
            ], vendor: vendor)
    }

    static func passwordMissing(_ field: String, _ store: StoreContext) -> Finding {
        finding(
            "store.password-missing", store, "\(store.path) needs a password for this (\(field)), and none was given.",
            "There is no terminal to ask at, or the answer was empty.", ["field": field],
            fixes: [
                .init(
                    "Give it with --password-file, --password-env or --password-fd; at a terminal it is asked for",
                    command: store.repeating(with: []) ?? store.command("verify"))
            ], vendor: ["java.security.UnrecoverableKeyException: Password must not be null", "password can't be null"])
    }

    static func passwordNotASCII(_ store: StoreContext) -> Finding {
        finding(
            "store.password-not-ascii", store, "Java cannot use that password for a key in \(store.path).",
            "SunJCE takes only printable ASCII in the passwords of JCEKS and PKCS#12 keys.",
            fixes: [.init("Choose a password of letters, digits and signs of ASCII; or keep the keys in JKS or BCFKS, which take any")],
            vendor: ["java.security.spec.InvalidKeySpecException: Password is not ASCII", "keystore password was incorrect"])
    }

    /// `nearest`: aliases that are spelt much like the one asked for.
    public static func noSuchEntry(_ alias: String, nearest: [String], _ store: StoreContext) -> Finding {
        finding(
            "store.alias-missing", store, "\(store.path) has no entry \(alias).",
            nearest.isEmpty ? "It was deleted, or is kept under another alias." : "There is \(Words.list(nearest)).",
            ["alias": alias, "nearest": nearest.joined(separator: ", ")].filter { !$0.value.isEmpty },
            fixes: [.init("See which entries there are", command: store.command("list"))],
            vendor: ["Alias <\(alias)> does not exist", "No key pair found for \(alias)"])
    }
}
