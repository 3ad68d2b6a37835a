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

extension OutputOptions {
    func reporting(on path: String, _ body: () throws -> Void) throws { try StoreProblem.reporting(on: path, asJSON: isJSON, body) }
}
