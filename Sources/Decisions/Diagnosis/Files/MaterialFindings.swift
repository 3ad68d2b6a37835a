public import JavaKeystore

/// Findings on files of certificates and keys that somebody brings.
public enum MaterialFindings {
    /// What is wrong with the file at `path`. `begun` and `complete`: how many PEM blocks begin, and how many are whole.
    public static func explaining(_ error: KeyMaterialError, path: String, begun: Int, complete: Int) -> Finding {
        let place = described(error.place)
        func finding(_ id: String, _ what: String, _ cause: String, _ fix: String, vendor: [String] = []) -> Finding {
            var evidence = ["path": path, "block": "\(error.place.block)"]
            evidence["line"] = error.place.line.map { "\($0)" }
            evidence["label"] = error.place.label
            if begun > 0 {
                evidence["blocksBegun"] = "\(begun)"
                evidence["blocksComplete"] = "\(complete)"
            }
            return Finding(
                id: id, severity: .error, subject: path, summary: "\(path): \(what)", cause: cause, evidence: evidence,
                fixes: [.init(fix, command: "cat -A \(Words.quoted(path)) | head")], vendorMessages: vendor)
        }
        switch error.problem {
        case .nothingFound:
            return finding(
                "store.type-unknown", "it holds no certificate and no key that can be read.",
                "It is neither PEM nor DER of a certificate, a key, PKCS#7 or a keystore.", "See what it is",
                vendor: ["java.lang.Exception: Input not an X.509 certificate"])
        case .keystore(let format):
            return finding(
                "store.type-mismatch", "it is a keystore of the type \(format.javaName).", "Certificates or keys were expected.",
                "See what it is")
        case .notEnded:
            return finding(
                "store.bundle-cut", "\(place) does not end: of \(begun) blocks that begin, \(complete) are whole.",
                "The text was cut when it was copied or sent.", "Look at the line, and fetch the file again",
                vendor: ["java.io.IOException: Incomplete data"])
        case .notBegun:
            return finding(
                "store.bundle-cut", "\(place) ends without having begun.", "The beginning of the text was cut off.",
                "Look at the line, and fetch the file again")
        case .endsAs(let label):
            return finding(
                "store.bundle-cut", "\(place) ends as \(label).", "Two blocks were run into one.",
                "Look at the line, and fetch the file again",
                vendor: ["java.io.IOException: Illegal footer"])
        case .notBase64(let line):
            return finding(
                "store.bundle-cut", "\(place) has a character in line \(line) that base64 does not have.",
                "The text was changed on the way: by a mail program, or by copying from a page.",
                "Look at the line, and fetch the file again",
                vendor: ["java.io.IOException: Illegal base64 character"])
        case .base64Cut:
            return finding(
                "store.bundle-cut", "\(place) lacks characters: of \(begun) blocks that begin, \(complete) are whole.",
                "The text was cut, or a line of it was lost.", "Look at the lines, and fetch the file again")
        case .contents(.keyPassword):
            return finding(
                "store.password-or-integrity", "the password does not open \(place).", "It is wrong, or the key was altered.",
                "Give the right one with --source-password-file, --source-password-env or --source-password-fd",
                vendor: ["Given final block not properly padded"])
        case .contents(.passwordMissing):
            return finding(
                "store.password-missing", "\(place) is encrypted, and no password was given.",
                "A key in PEM can have a password of its own.",
                "Give it with --source-password-file, --source-password-env or --source-password-fd")
        case .contents(.unsupportedAlgorithm(_, let oid)), .contents(.keyProtection(let oid)):
            return finding(
                "auth.key-form", "\(place) uses an algorithm that is not read: \(oid).", "It is none of those that OpenSSL writes today.",
                "Write the key anew with openssl pkcs8 -topk8")
        case .contents(let inner):
            return finding(
                "chain.malformed", "\(place) is damaged: \(facts(inner)).", "Its contents were altered, or are not what the label says.",
                "See what it is", vendor: ["java.security.cert.CertificateParsingException"])
        case .unknownContents:
            return finding(
                "auth.key-form", "\(place) is neither a certificate nor a key that can be read.", "The label does not fit the contents.",
                "See what it is", vendor: ["java.security.cert.CertificateException: Could not parse certificate"])
        }
    }

    private static func described(_ place: KeyMaterial.Place) -> String {
        let label = place.label.map { " (\($0))" } ?? ""
        return place.block == 0 ? "the file" : "block \(place.block)\(label)\(place.line.map { " in line \($0)" } ?? "")"
    }

    /// The facts of an error about bytes, in few words.
    private static func facts(_ error: KeystoreError) -> String {
        switch error {
        case .truncated(let field, let offset): "it ends inside \(field) at byte \(offset)"
        case .malformed(let field, let offset): "\(field) at byte \(offset)"
        case .overLimit(let field, let found, let limit): "\(field) claims \(found), at most \(limit) is read"
        default: "it cannot be read"
        }
    }
}
