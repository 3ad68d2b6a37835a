import ArgumentParser
import JavaKeystore

/// `STORE`, its type and its password, as most verbs take them.
struct StoreOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A keystore file, of any type; the content tells which.", valueName: "store")) var path: String
    @Option(help: ArgumentHelp("Refuse every other type: jks, jceks, pkcs12, bcfks, bks, uber.", valueName: "type")) var type:
        KeystoreFormat?
    @OptionGroup var password: PasswordOptions<StorePassword>

    func access(keyPassword: PasswordSource? = nil, withoutPassword: Bool = false, call: [String]? = nil) -> StoreAccess {
        StoreAccess(
            path, type: type, password: password.source, keyPassword: keyPassword, withoutPassword: withoutPassword, call: call)
    }
}

/// `text` for people, `json` for programs; runs the body of a keystore command and says what went wrong in the same way.
extension OutputOptions {
    /// Problems go to stdout as JSON where JSON was asked for, else to stderr.
    func reporting(on path: String, _ body: () throws -> Void) throws {
        do { try body() } catch let problem as StoreProblem {
            if isJSON {
                var result = ResultStream()
                result.json(.object([("path", .string(path)), ("findings", .array(problem.findings.map { JSONText($0) }))]))
                result.text("\n")
            } else {
                StandardStream.note(FindingText(colours: false).render(problem.findings))
            }
            throw ExitCode(problem.exitCode)
        }
    }
}
