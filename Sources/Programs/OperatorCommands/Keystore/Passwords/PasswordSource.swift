import JavaKeystore
import LocalFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a password comes from.
enum PasswordSource: Hashable, Sendable {
    case file(String), environment(String), descriptor(Int32)
    /// Known already: a program's own, or given on the command line as keytool has it.
    case known(KeystorePassword)

    /// Larger files hold no password.
    static let sizeLimit = 65_536

    /// The options that say so, for a command that is printed: absolute, and without the password. A descriptor is not there the next time.
    func words(prefix: String) -> [String] {
        switch self {
        case .file(let path): ["--\(prefix)password-file", path == "-" ? path : Files.absolute(path)]
        case .environment(let name): ["--\(prefix)password-env", name]
        case .descriptor, .known: []
        }
    }

    /// An empty line is an empty password.
    func read() throws(StoreProblem) -> KeystorePassword {
        switch self {
        case .known(let password): return password
        case .file("-"): return KeystorePassword(LineReader.line(of: STDIN_FILENO, limit: Self.sizeLimit) ?? "")
        case .file(let path):
            let bytes: [UInt8]
            do throws(FileFailure) { bytes = try Files.read(Files.absolute(path), limit: Self.sizeLimit) } catch {
                throw StoreProblem(error)
            }
            guard let line = FirstLine.of(bytes) else { throw StoreProblem(.passwordUnreadable(Files.absolute(path)), exitCode: 3) }
            return KeystorePassword(line)
        case .environment(let name):
            guard let value = getenv(name) else { throw StoreProblem(.passwordVariableMissing(name), exitCode: 2) }
            guard let text = String(validatingCString: value) else {
                throw StoreProblem(.passwordUnreadable("environment variable \(name)"), exitCode: 3)
            }
            return KeystorePassword(text)
        case .descriptor(let number):
            guard let line = LineReader.line(of: number, limit: Self.sizeLimit) else {
                throw StoreProblem(.passwordUnreadable("descriptor \(number)"), exitCode: 3)
            }
            return KeystorePassword(line)
        }
    }
}

extension PasswordSource {
    /// As text, for what is not a keystore's.
    func text() throws(StoreProblem) -> String { try read().text }
}
