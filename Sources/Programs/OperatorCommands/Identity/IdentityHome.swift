import AgentConfiguration
import AgentIdentity
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

/// `HOME`, as every verb of `identity` takes it.
struct IdentityOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The agent's home directory: Midguard's own, or a Java MID Server's.", valueName: "home")) var home: String
    @OptionGroup var output: OutputOptions

    /// Runs a verb on the home, and says what went wrong in the common way.
    func on(_ body: (IdentityHome) throws -> Void) throws {
        let path = Files.absolute(home)
        try output.reporting(on: path) { try body(try IdentityHome(path)) }
    }
}

/// What verbs that write take.
struct IdentityEditOptions: ParsableArguments {
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false
}

/// An agent's home, seen as the place of its identity. config.xml need not be complete: people come here when something is broken.
struct IdentityHome: Sendable {
    let layout: HomeLayout
    let configuration: ConfigurationFile
    /// The keystore that is there, or where a new one goes.
    let keystorePath: String

    init(_ path: String) throws(StoreProblem) {
        layout = HomeLayout(home: path)
        do throws(HomeFailure) { configuration = try AgentHome.read(layout.configFile) } catch { throw StoreProblem(error) }
        keystorePath = AgentHome.keystore(layout)
    }

    var path: String { layout.home }
    /// `keypairs.mid_id`, the keystore's password. Empty when there is none.
    var midID: String { configuration.value("keypairs.mid_id") ?? "" }
    var trail: BackupTrail { BackupTrail(folder: layout.backupDirectory, configuration: configuration) }
    var hasKeystore: Bool { Files.exists(keystorePath) }

    /// A Java MID Server lies here: it brings its classes or its runtime along.
    var isJavaHome: Bool { ["lib/mid.jar", "lib", "jre", "bin/mid.sh"].contains { Files.exists(path + "/" + $0) } }

    func bytes() throws(StoreProblem) -> [UInt8] {
        do throws(FileFailure) { return try Files.read(keystorePath, limit: KeystoreLimits.standard.fileSize) } catch {
            throw StoreProblem(error)
        }
    }

    /// The keystore, opened with `keypairs.mid_id`. Every reason why it does not open is a finding with what mends it.
    func open() throws(StoreProblem) -> OpenStore {
        let bytes = try bytes()
        if !midID.isEmpty, let store = try? opened(bytes, with: midID) { return store }
        throw StoreProblem(IdentityReview.findings(on: IdentityInspection(self).evidence, at: Clock.seconds), exitCode: 1)
    }

    func opened(_ bytes: [UInt8], with midID: String) throws(StoreProblem) -> OpenStore {
        try StoreAccess(keystorePath, password: .known(KeystorePassword(midID))).open(bytes, password: KeystorePassword(midID))
    }

    /// `midguard identity VERB HOME …`, quoted for a shell.
    func command(_ verb: String, _ words: [String] = []) -> String {
        StoreContext(path: path).identityCommand([verb, path] + words)
    }
}

extension StoreProblem {
    init(_ failure: HomeFailure) {
        let code: Int32 = if case .configurationMalformed = failure { 1 } else { 3 }
        self.init(failure.finding, exitCode: code)
    }
}

extension Keystore {
    /// The agent's own entry, in any spelling of its alias.
    var identity: Entry? { entries.last { $0.isIdentity } }
}

extension Keystore.Entry {
    var isIdentity: Bool { alias.lowercased() == IdentityKeystore.alias.lowercased() }
    var isKeyPair: Bool { if case .privateKey = content { true } else { false } }
    var certificateSHA256: String? { content.certificates.first.map { CertificateRow($0).sha256 } }
    /// The name of its certificate is not of the form that agents generate.
    var isCustom: Bool {
        guard let subject = content.certificates.first.flatMap({ CertificateRow($0).subject }) else { return false }
        // A comma inside a name is escaped, and no generated name has one.
        let name = subject.split(separator: ",").first { $0.hasPrefix("CN=") }?.dropFirst(3) ?? ""
        return !IdentitySubject.isGenerated(commonName: String(name))
    }
}

extension KeystoreFormat {
    /// As agents spell the alias of their identity: formats that fold case have it in lower case.
    var identityAlias: String { foldsCase ? IdentityKeystore.alias.lowercased() : IdentityKeystore.alias }
}
