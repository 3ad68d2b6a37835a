import AgentConfiguration
import AgentIdentity
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

import struct Foundation.Date

struct IdentitySeal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Close the passwords in config.xml with a key of the keystore, or open them again.",
        discussion: """
            Each secret becomes encrypted:…, which nobody can use who has config.xml alone, in a ticket or a backup. The key lies in the keystore
            under an alias of its own and stays when the agent's pair is replaced, converted or moved. keypairs.mid_id stays in clear, since it
            opens the keystore: both files together open everything, and belong to the agent's user alone. Not for the home of a Java MID
            Server, which has a method of its own.
            """)

    enum State: String, ExpressibleByArgument, CaseIterable { case on, off }

    @OptionGroup var identity: IdentityOptions
    @Argument(help: "on closes, off opens.") var state: State = .on
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let change = try SecretsChange(home: home, isDryRun: edit.dryRun).perform(state)
            var result = ResultStream()
            if identity.output.isJSON {
                result.json(
                    .object([
                        ("path", .string(home.layout.configFile)), ("dryRun", .bool(edit.dryRun)), ("parameters", .strings(change.names)),
                        ("backup", .optional(change.backup)), ("findings", .array([])),
                    ]))
                result.text("\n")
                return
            }
            let done = "\(edit.dryRun ? "would be" : "\(change.names.count == 1 ? "is" : "are")") \(state == .on ? "closed" : "in clear")"
            result.line(
                change.names.isEmpty
                    ? "\(home.layout.configFile): there is nothing to \(state == .on ? "close" : "open")."
                    : "\(home.layout.configFile): \(change.names.joined(separator: ", ")) \(done).")
        }
    }
}

/// Closes or opens the secrets of one config.xml. The key is on the medium before anything is closed with it.
struct SecretsChange {
    let home: IdentityHome
    let isDryRun: Bool

    /// The names of what was changed, and where the old config.xml is.
    func perform(_ state: IdentitySeal.State) throws -> (names: [String], backup: String?) {
        if home.isJavaHome { throw StoreProblem(javaHome, exitCode: 1) }
        let names = home.configuration.parameters.filter { state == .on ? $0.isToBeClosed : SealedValue.isSealed($0.value) }.map(\.name)
        guard !names.isEmpty else { return ([], nil) }
        let edit = IdentityEdit(home: home, isDryRun: isDryRun)
        let pair = try self.pair(edit, makes: state == .on)
        return try edit.locked {
            var file = home.configuration
            for name in names {
                guard let value = file.value(name) else { continue }
                file = try changed(file, name, to: try state == .on ? sealed(value, name, pair) : opened(value, name, pair))
            }
            guard !isDryRun else { return (names, nil) }
            do throws(FileFailure) { return (names, try Files.replaceKeepingBackup(home.layout.configFile, with: file.bytes)) } catch {
                throw StoreProblem(error)
            }
        }
    }

    /// `value` as config.xml shall have it: closed where the present one is.
    static func asBefore(_ value: String, of name: String, in home: IdentityHome) -> String {
        guard let present = home.configuration.value(name), SealedValue.isSealed(present), let store = try? home.open(),
            let pair = try? IdentityKeystore.pair(
                in: store.reading.keystore, password: KeystorePassword(home.midID), alias: IdentityKeystore.configurationAlias)
        else { return value }
        return (try? SealedValue.seal(value, of: name, to: pair)) ?? value
    }

    private func pair(_ edit: IdentityEdit, makes: Bool) throws -> IdentityKeyPair {
        let (alias, password) = (IdentityKeystore.configurationAlias, KeystorePassword(home.midID))
        func present(_ store: OpenStore) -> IdentityKeyPair? {
            try? IdentityKeystore.pair(in: store.reading.keystore, password: password, alias: alias)
        }
        if let pair = present(try home.open()) { return pair }
        guard makes else { throw StoreProblem(keyGone, exitCode: 1) }
        var made: IdentityKeyPair?
        _ = try edit.perform { store in
            let now = Date(timeIntervalSince1970: Double(Clock.seconds))
            do throws(IdentityError) {
                let pair: IdentityKeyPair =
                    if let there = present(store) { there } else {
                        try .generate(agentName: "config.xml", tail: MidID.random(), notBefore: now)
                    }
                made = pair
                let filled = try IdentityKeystore.storing(
                    pair, in: store.reading.keystore, password: password, created: now, settings: store.reading.settings, alias: alias)
                return StoreChange(
                    keystore: filled, steps: filled.entry(asJava: alias).map { [.init(.added, $0, in: store.format)] } ?? [])
            } catch { throw StoreProblem(keyGone, exitCode: 1) }
        }
        guard let made else { throw StoreProblem(keyGone, exitCode: 1) }
        return made
    }

    private func sealed(_ value: String, _ name: String, _ pair: IdentityKeyPair) throws -> String {
        do throws(SealingError) { return try SealedValue.seal(value, of: name, to: pair) } catch {
            throw CommandFailure(message: "\(name) is longer than \(SealedValue.valueLimit) characters. Nothing was changed.", exitCode: 1)
        }
    }

    private func opened(_ value: String, _ name: String, _ pair: IdentityKeyPair) throws(StoreProblem) -> String {
        do throws(SealingError) { return try SealedValue.open(value, of: name, with: pair) } catch {
            throw StoreProblem(keyGone, exitCode: 1)
        }
    }

    private func changed(_ file: ConfigurationFile, _ name: String, to value: String) throws(StoreProblem) -> ConfigurationFile {
        do throws(ConfigurationError) { return try file.setting(name, to: value, secure: true) } catch {
            throw StoreProblem(HomeFailure.configurationMalformed(path: home.layout.configFile, error))
        }
    }

    private var keyGone: Finding {
        HomeFindings.secretsClosed(
            home.layout.configFile, home.configuration.parameters.filter { SealedValue.isSealed($0.value) }.map(\.name), home: home.path)
    }

    private var javaHome: Finding {
        Finding(
            id: "config.bad-value", severity: .error, subject: home.path, summary: "\(home.path) is the home of a Java MID Server.",
            cause: "It could not open what is closed here. It closes its passwords itself, at its next start.",
            fixes: [.init("Mark the passwords secure=\"true\" in \(home.layout.configFile), and restart the MID Server")])
    }
}

extension ConfigurationFile.Parameter {
    /// A secret in clear. The identifier opens the keystore, and a registration key is gone once it was used.
    fileprivate var isToBeClosed: Bool {
        let isSecret = isSecure || KnownParameter.named(name).map { if case .secret = $0.kind { true } else { false } } ?? false
        return isSecret && !value.isEmpty && !value.hasPrefix(SealedValue.mark)
            && !["keypairs.mid_id", "mid.midguard.registration_key", "mid.ipki.registration_key"].contains(name)
    }
}
