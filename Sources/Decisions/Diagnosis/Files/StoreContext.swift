public import JavaKeystore

/// A keystore as a call named it. A printed command carries this on, so that it works when pasted: path, type and where the password comes
/// from, never the password.
public struct StoreContext: Hashable, Sendable {
    /// How the user calls us.
    public var program = "midguard"
    public var path: String
    /// What the file is, as far as that is known: Java's messages differ by format.
    public var format: KeystoreFormat?
    /// The options that gave the store's password, such as `--password-file /etc/agent/word`; empty when it was asked for or not given.
    public var password: [String]
    /// The same for keys that have a password of their own.
    public var keyPassword: [String]
    /// The whole call, verb first, with absolute paths; nil where nothing would be gained by repeating it.
    public var call: [String]?

    public init(path: String, format: KeystoreFormat? = nil, password: [String] = [], keyPassword: [String] = [], call: [String]? = nil) {
        (self.path, self.format, self.password, self.keyPassword, self.call) = (path, format, password, keyPassword, call)
    }

    /// `midguard keystore <words>`, quoted for a shell.
    public func command(_ words: [String]) -> String { ([program, "keystore"] + words).map(Words.quoted).joined(separator: " ") }

    /// One argument for a POSIX shell.
    public static func quoted(_ argument: String) -> String { Words.quoted(argument) }

    /// `midguard identity <words>`, quoted for a shell.
    public func identityCommand(_ words: [String]) -> String { ([program, "identity"] + words).map(Words.quoted).joined(separator: " ") }

    /// A verb on this store with its password options. `--` keeps a path that begins with a dash from being read as an option.
    public func command(_ verb: String, _ arguments: [String] = [], options: [String] = [], keys: Bool = false) -> String {
        command([verb] + password + (keys ? keyPassword : []) + options + Self.arguments([path] + arguments))
    }

    /// The same on another store under the same password.
    func command(_ verb: String, at other: String, _ arguments: [String]) -> String {
        command([verb] + password + Self.arguments([other] + arguments))
    }

    /// The call again, with more options; nil when there is none to repeat.
    func repeating(with options: [String]) -> String? {
        guard let call, let verb = call.first else { return nil }
        return command([verb] + options + call.dropFirst())
    }

    /// Paths are absolute, so only aliases can begin with a dash.
    static func arguments(_ words: [String]) -> [String] { words.contains { $0.hasPrefix("-") } ? ["--"] + words : words }
}
