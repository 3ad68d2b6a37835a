import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

struct KeytoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keytool", abstract: "Understands what people know of keytool.",
        discussion: """
            Takes keytool's spelling and does what the command beside it does; no Java is needed.

              -list [-v|-rfc] -keystore F            midguard keystore list F; show F; show --pem F
              -importcert -alias A -file C -keystore F   midguard keystore import --alias A F C
              -exportcert [-rfc] -alias A -keystore F    midguard keystore export F A
              -delete -alias A -keystore F           midguard keystore delete F A
              -changealias -alias A -destalias B     midguard keystore rename F A B
              -importkeystore -srckeystore F -destkeystore G [-deststoretype T]
                                                     midguard keystore import --type T G F; convert --to T F G
              -genkeypair -keyalg RSA -dname N       midguard keystore create --self-signed N --key rsa-2048 F
              -genseckey -keyalg AES -keysize 256    midguard keystore create --secret-key AES --bits 256 F
              -storepasswd, -keypasswd               midguard keystore password F; password --alias A F
              -printcert -file C                     midguard keystore show C

            Passwords: -storepass:env NAME and -storepass:file FILE (-keypass, -new, -srcstorepass … alike). A password in the call itself works
            and is warned about: everybody on the machine can read it there.
            """)

    @Argument(parsing: .captureForPassthrough, help: "A keytool command line.") var arguments: [String] = []

    func run() throws {
        guard let first = arguments.first, !["-help", "--help", "-h", "-?"].contains(first) else { throw CleanExit.helpRequest(Self.self) }
        let call: KeytoolCall
        let translation: KeytoolTranslation
        do throws(KeytoolCall.Refusal) {
            call = try KeytoolCall(arguments)
            translation = try KeytoolTranslation(call, javaHome: Self.environment("JAVA_HOME"), home: Self.environment("HOME"))
        } catch {
            throw CommandFailure(message: error.message, exitCode: 2)
        }
        if !call.ignored.isEmpty { StandardStream.note("note: not needed here: \(call.ignored.joined(separator: " "))") }
        try warnOfClearPasswords(call, translation)
        var words = translation.words
        for (prefix, password) in translation.passwords.sorted(by: { $0.key < $1.key }) { words += try Self.option(prefix, password) }
        var command = try KeystoreCommand.parseAsRoot(words)
        try command.run()
    }

    private func warnOfClearPasswords(_ call: KeytoolCall, _ translation: KeytoolTranslation) throws {
        let clear = call.passwords.filter { if case .clear = $0.value { true } else { false } }.keys.sorted()
        guard let name = clear.first else { return }
        let prefixes = translation.passwords.filter { if case .clear = $0.value { true } else { false } }.keys.sorted()
        let options = prefixes.flatMap { ["--\($0)password-file", "FILE"] }
        let words = ["midguard", "keystore"] + translation.words.prefix(1) + options + translation.words.dropFirst()
        StandardStream.note(
            """
            warning: everybody on this machine can read \(clear.map { "-" + $0 }.joined(separator: ", ")) in the list of processes, and the shell keeps it.
            Use -\(name):env NAME or -\(name):file FILE; or: \(Printable.line(words.joined(separator: " ")))
            """)
    }

    /// The password as an option of ours; one that stands in the call goes through a pipe, so that it stands nowhere else.
    private static func option(_ prefix: String, _ password: KeytoolCall.Password) throws -> [String] {
        switch password {
        case .environment(let name): return ["--\(prefix)password-env", name]
        case .file(let path): return ["--\(prefix)password-file", path]
        case .clear(let text):
            let line = Array((text + "\n").utf8)
            var ends: [Int32] = [0, 0]
            // A pipe takes 4,096 bytes and more before it makes a writer wait.
            guard line.count <= 4_096, pipe(&ends) == 0 else { throw CommandFailure(message: "The password is too long.", exitCode: 2) }
            StandardStream.write(line, to: ends[1])
            close(ends[1])
            return ["--\(prefix)password-fd", String(ends[0])]
        }
    }

    private static func environment(_ name: String) -> String? { getenv(name).flatMap { String(validatingCString: $0) } }
}
