import ArgumentParser
import JavaKeystore
import LocalFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Which password a group of options is about; `prefix` stands in front of `password-file`, `password-env` and `password-fd`.
protocol PasswordRole: Sendable {
    static var prefixes: [String] { get }
    static var whose: String { get }
}

enum StorePassword: PasswordRole {
    static let prefixes = [""]
    static let whose = "the store's password"
}
enum KeyPassword: PasswordRole {
    static let prefixes = ["key-"]
    static let whose = "the password of the keys, where it is not the store's"
}
enum SourcePassword: PasswordRole {
    static let prefixes = ["source-"]
    static let whose = "the password of what is read"
}
enum DestinationPassword: PasswordRole {
    static let prefixes = ["destination-"]
    static let whose = "the password of what is written"
}
enum DestinationKeyPassword: PasswordRole {
    static let prefixes = ["destination-key-"]
    static let whose = "the password that keys get in what is written"
}
enum OtherPassword: PasswordRole {
    static let prefixes = ["other-", "destination-"]
    static let whose = "the password of the other store, where it is not the same"
}
enum NewPassword: PasswordRole {
    static let prefixes = ["new-", "destination-"]
    static let whose = "the new password of the store"
}
enum NewKeyPassword: PasswordRole {
    static let prefixes = ["new-key-", "destination-key-"]
    static let whose = "the new password of the keys"
}

/// Where a password comes from: a file, the environment, or an open descriptor. Never the command line, which everybody can read.
struct PasswordOptions<Role: PasswordRole>: ParsableArguments {
    @Option(name: names("password-file"), help: ArgumentHelp("A file whose first line is \(Role.whose).", valueName: "file"))
    var file: String?
    @Option(name: names("password-env"), help: ArgumentHelp("An environment variable with \(Role.whose).", valueName: "name"))
    var environment: String?
    @Option(name: names("password-fd"), help: ArgumentHelp("An open descriptor whose next line is \(Role.whose).", valueName: "number"))
    var descriptor: Int32?

    private static func names(_ name: String) -> NameSpecification {
        NameSpecification(Role.prefixes.map { .customLong($0 + name) })
    }

    func validate() throws {
        guard [file != nil, environment != nil, descriptor != nil].count(where: { $0 }) <= 1 else {
            let prefix = "--" + (Role.prefixes.first ?? "")
            throw ValidationError("Give one of \(prefix)password-file, \(prefix)password-env and \(prefix)password-fd.")
        }
    }

    var source: PasswordSource? {
        if let file { return .file(file) }
        if let environment { return .environment(environment) }
        return descriptor.map { .descriptor($0) }
    }

    /// As a command that is printed takes it.
    var words: [String] { source?.words(prefix: Role.prefixes.first ?? "") ?? [] }
}
