import JavaKeystore

/// What a keytool call is in our own words: `keystore` and the verb's arguments. Passwords come apart, since they are no words.
struct KeytoolTranslation: Equatable {
    var words: [String]
    /// By what stands in front of `password-…` in our options.
    var passwords: [String: KeytoolCall.Password] = [:]

    /// `javaHome` and `home`: where keytool looks when the call names no store.
    init(_ call: KeytoolCall, javaHome: String?, home: String?) throws(KeytoolCall.Refusal) {
        let translator = Translator(call: call, javaHome: javaHome, home: home)
        words = try translator.words()
        passwords = translator.passwords()
    }
}

private struct Translator {
    var call: KeytoolCall
    var javaHome: String?
    var home: String?

    private func value(_ name: String) -> String? { call.values[name]?.last }
    private func option(_ ours: String, _ name: String) -> [String] { value(name).map { [ours, $0] } ?? [] }
    private func needed(_ name: String) throws(KeytoolCall.Refusal) -> String {
        guard let value = value(name) else { throw .init(message: "-\(call.command) needs -\(name) here.") }
        return value
    }

    private func store() throws(KeytoolCall.Refusal) -> String {
        if call.flags.contains("cacerts") { return javaHome.map { $0 + "/lib/security/cacerts" } ?? "/etc/ssl/certs/java/cacerts" }
        if let path = value("keystore") { return path }
        guard let home else { throw .init(message: "-\(call.command) needs -keystore here.") }
        return home + "/.keystore"
    }

    private var type: [String] { option("--type", "storetype") }
    /// keytool's own default.
    private var alias: String { value("alias") ?? "mykey" }

    func words() throws(KeytoolCall.Refusal) -> [String] {
        switch call.command {
        case "list":
            let aliases = option("--alias", "alias")
            if call.flags.contains("rfc") { return ["show", "--pem"] + type + aliases + [try store()] }
            return [call.flags.contains("v") ? "show" : "list"] + type + aliases + [try store()]
        case "importcert": return ["import", "--alias", alias] + type + [try store(), value("file") ?? "-"]
        case "exportcert":
            let form = call.flags.contains("rfc") ? [] : ["--as", "der"]
            return ["export"] + form + (value("file").map { ["--replace", "--output", $0] } ?? []) + ["--alias", alias] + type + [
                try store()
            ]
        case "delete": return ["delete", "--yes", "--alias", try needed("alias")] + type + [try store()]
        case "changealias": return ["rename"] + type + [try store(), alias, try needed("destalias")]
        case "importkeystore": return try importing()
        case "genkeypair": return try keyPair()
        case "genseckey":
            let bits = option("--bits", "keysize")
            return ["create", "--secret-key", value("keyalg") ?? "AES"] + bits + ["--alias", alias] + type + [try store()]
        case "storepasswd": return ["password"] + type + [try store()]
        case "keypasswd": return ["password", "--alias", alias] + type + [try store()]
        case "printcert": return ["show", "--no-password"] + (call.flags.contains("rfc") ? ["--pem"] : []) + [try needed("file")]
        default: throw .init(message: "-\(call.command) is not understood.")
        }
    }

    private func importing() throws(KeytoolCall.Refusal) -> [String] {
        let source = try needed("srckeystore")
        let named = value("destkeystore")
        let destination = if let named { named } else { try store() }
        if source == destination {
            return ["convert", "--to", try needed("deststoretype"), source, destination]
        }
        return ["import"] + option("--type", "deststoretype") + option("--entry", "srcalias") + option("--alias", "destalias")
            + (call.flags.contains("noprompt") ? ["--replace"] : []) + [destination, source]
    }

    private func keyPair() throws(KeytoolCall.Refusal) -> [String] {
        var names: [String] = []
        for text in call.values["ext"] ?? [] { names += try alternativeNames(text) }
        return ["create", "--self-signed", try needed("dname"), "--key", try keyKind(), "--days", value("validity") ?? "90"]
            + names.flatMap { ["--san", $0] } + ["--alias", alias] + type + [try store()]
    }

    /// `san=dns:a,ip:192.0.2.1`; other extensions are none of ours.
    private func alternativeNames(_ text: String) throws(KeytoolCall.Refusal) -> [String] {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let name = parts[0].lowercased().split(separator: ":")[0]
        guard parts.count == 2, name == "san" || name == "subjectalternativename" else {
            throw .init(message: "-ext \(text) is not understood: only san=dns:…,ip:… is.")
        }
        return parts[1].split(separator: ",").map(String.init)
    }

    private func keyKind() throws(KeytoolCall.Refusal) -> String {
        let size = value("keysize") ?? ""
        switch (value("keyalg") ?? "RSA").lowercased() {
        case "rsa":
            guard ["", "2048", "3072", "4096"].contains(size) else {
                throw .init(message: "RSA keys are made with 2048, 3072 or 4096 bits.")
            }
            return "rsa-" + (size.isEmpty ? "2048" : size)
        case "ec":
            switch (value("groupname")?.lowercased(), size) {
            case ("secp256r1", _), (nil, ""), (nil, "256"): return "p-256"
            case ("secp384r1", _), (nil, "384"): return "p-384"
            case ("secp521r1", _), (nil, "521"): return "p-521"
            default: throw .init(message: "EC keys are made on secp256r1, secp384r1 or secp521r1.")
            }
        case "ed25519", "eddsa": return "ed25519"
        case let other: throw .init(message: "Keys of the algorithm \(other) are not made: RSA, EC or Ed25519.")
        }
    }

    /// Which option of ours each password goes to.
    func passwords() -> [String: KeytoolCall.Password] {
        var result: [String: KeytoolCall.Password] = [:]
        func give(_ name: String, as prefix: String) { if let password = call.passwords[name] { result[prefix] = password } }
        switch call.command {
        case "importkeystore":
            if let source = value("srckeystore"), source == value("destkeystore") {
                give("srcstorepass", as: "")
                give("deststorepass", as: "destination-")
            } else {
                give("deststorepass", as: "")
                give("srcstorepass", as: "source-")
                // keytool asks; where both are one, one is enough.
                if call.passwords["deststorepass"] == nil { give("srcstorepass", as: "") }
            }
            give("srckeypass", as: "key-")
            give("destkeypass", as: "new-key-")
        case "genkeypair", "genseckey":
            give("storepass", as: "")
            give("keypass", as: "new-key-")
        case "storepasswd":
            give("storepass", as: "")
            give("new", as: "new-")
        case "keypasswd":
            give("storepass", as: "")
            give("keypass", as: "key-")
            give("new", as: "new-key-")
        case "printcert": break
        case "list", "exportcert":
            give("storepass", as: "")
        default:
            give("storepass", as: "")
            give("keypass", as: "key-")
        }
        if call.command == "importkeystore", result["destination-"] != nil || value("srckeystore") == value("destkeystore") {
            if let password = result.removeValue(forKey: "new-key-") { result["destination-key-"] = password }
        }
        return result
    }
}
