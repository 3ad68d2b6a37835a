/// A keytool command line taken apart: `-list -keystore F -storepass:env NAME`.
struct KeytoolCall: Equatable {
    /// In keytool's own spelling, without the dash.
    var command: String
    /// By name without dash; an option that may be repeated has several values.
    var values: [String: [String]] = [:]
    var passwords: [String: Password] = [:]
    var flags: Set<String> = []
    /// Options that are understood and not needed here.
    var ignored: [String] = []

    enum Password: Hashable { case clear(String), environment(String), file(String) }

    /// What keytool calls its commands now, by what they are called now or were.
    static let commands: [String: String] = [
        "list": "list", "importcert": "importcert", "import": "importcert", "exportcert": "exportcert", "export": "exportcert",
        "delete": "delete", "changealias": "changealias", "importkeystore": "importkeystore", "genkeypair": "genkeypair",
        "genkey": "genkeypair", "genseckey": "genseckey", "storepasswd": "storepasswd", "keypasswd": "keypasswd", "printcert": "printcert",
    ]
    /// Commands of keytool's that are not understood.
    static let foreign = [
        "certreq", "gencert", "gencrl", "identitydb", "importpass", "keyclone", "printcertreq", "printcrl", "selfcert", "showinfo",
        "trustedcert",
    ]
    static let valued: Set<String> = [
        "alias", "destalias", "destkeystore", "deststoretype", "dname", "ext", "file", "groupname", "infile", "keyalg", "keysize",
        "keystore", "outfile", "sigalg", "srcalias", "srckeystore", "srcstoretype", "startdate", "storetype", "validity",
    ]
    static let secret: Set<String> = ["storepass", "keypass", "new", "srcstorepass", "deststorepass", "srckeypass", "destkeypass"]
    static let switches: Set<String> = ["v", "rfc", "noprompt", "trustcacerts", "cacerts"]
    /// For providers of algorithms, which Java needs and we do not.
    static let unneeded: Set<String> = [
        "addprovider", "destprovidername", "provider", "providerarg", "providerclass", "providername", "providerpath", "srcprovidername",
    ]

    struct Refusal: Error, Equatable { var message: String }

    /// Case does not matter, as in keytool.
    init(_ arguments: [String]) throws(Refusal) {
        var rest = arguments[...]
        guard let word = rest.popFirst(), word.hasPrefix("-") else {
            throw Refusal(message: "The command comes first: -list, -importcert, -importkeystore …")
        }
        let name = String(word.dropFirst()).lowercased()
        guard let known = Self.commands[name] else { throw Self.unknownCommand(word, name) }
        command = known
        while let word = rest.popFirst() { try take(word, &rest) }
    }

    private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws(Refusal) {
        guard word.hasPrefix("-"), word.count > 1 else { throw Refusal(message: "\(word) belongs to no option.") }
        // Options of the virtual machine.
        if word.hasPrefix("-J") { return ignored.append(word) }
        let parts = word.dropFirst().split(separator: ":", maxSplits: 1).map { $0.lowercased() }
        guard let name = parts.first else { throw Refusal(message: "\(word) is no option.") }
        if Self.switches.contains(name) {
            flags.insert(name)
            return
        }
        if name == "protected" { return ignored.append(word) }
        guard Self.valued.contains(name) || Self.secret.contains(name) || Self.unneeded.contains(name) else {
            throw Self.unknownOption(word, name)
        }
        guard let value = rest.popFirst() else { throw Refusal(message: "\(word) needs a value.") }
        if Self.unneeded.contains(name) { return ignored.append(word) }
        guard Self.secret.contains(name) else { return values[name, default: []].append(value) }
        switch parts.dropFirst().first {
        case nil: passwords[name] = .clear(value)
        case "env": passwords[name] = .environment(value)
        case "file": passwords[name] = .file(value)
        case let modifier?: throw Refusal(message: "-\(name):\(modifier) is no option: there are -\(name):env NAME and -\(name):file FILE.")
        }
    }

    private static func unknownCommand(_ word: String, _ name: String) -> Refusal {
        if foreign.contains(name) {
            return Refusal(
                message: "\(word) is a command of keytool's that is not understood here. There are: \(list(Set(commands.values))).")
        }
        let near = Spelling.nearest(to: name, in: commands.keys.sorted())
        let hint = near.isEmpty ? "There are: \(list(Set(commands.values)))." : "Is -\(near[0]) meant?"
        return Refusal(message: "\(word) is no command. \(hint)")
    }

    private static func unknownOption(_ word: String, _ name: String) -> Refusal {
        let known = valued.union(secret).union(switches).union(unneeded).sorted()
        let near = Spelling.nearest(to: name, in: known)
        return Refusal(message: near.isEmpty ? "\(word) is not understood." : "\(word) is not understood. Is -\(near[0]) meant?")
    }

    private static func list(_ names: Set<String>) -> String { names.sorted().map { "-" + $0 }.joined(separator: ", ") }
}
