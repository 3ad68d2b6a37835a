import AgentIdentity
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct IdentityReset: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Give an agent's key pair up and make a new one.",
        discussion: """
            The old keystore is kept in security_backup, and at the next start its key vouches for the new one: the agent stays validated. One that
            does not open is kept beside its place; then the agent has to be invalidated and validated again, and what was sealed to the old key
            stays closed. Other entries of a keystore that opens stay.
            """)

    @OptionGroup var identity: IdentityOptions
    @Option(help: ArgumentHelp("2048, 3072 or 4096.", valueName: "bits")) var keyBits = 2048
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup var edit: IdentityEditOptions

    func validate() throws {
        guard [2048, 3072, 4096].contains(keyBits) else { throw ValidationError("--key-bits is 2048, 3072 or 4096.") }
    }

    func run() throws {
        guard yes || edit.dryRun || (Terminal.isThere && Terminal.confirms("Give the key pair of \(Files.absolute(identity.home)) up?"))
        else {
            throw ValidationError("This gives a key pair up: say --yes.")
        }
        try identity.on { home in
            let edit = IdentityEdit(home: home, isDryRun: edit.dryRun)
            let outcome = try edit.locked {
                let inspection = IdentityInspection(home)
                let settings = inspection.store?.reading.settings ?? .jks
                // A password that everybody knows goes with the pair. Only then two files change: the old store goes first, so that a crash
                // leaves a home without a keystore, which the next start fills.
                let isNewID = home.midID.isEmpty || inspection.evidence.isWellKnownPassword
                let midID = isNewID ? MidID.random() : home.midID
                let others = isNewID ? Keystore() : inspection.store?.reading.keystore ?? Keystore()
                let filled = try GeneratedIdentity.put(into: others, of: home, midID: midID, settings: settings, keyBits: keyBits)
                if isNewID, home.hasKeystore, !edit.isDryRun { try Self.setAside(home) }
                return try edit.put(
                    filled, settings: settings, midID: midID, steps: IdentityCreate.steps(filled, settings, .replaced),
                    old: isNewID ? nil : inspection.store)
            }
            outcome.print(identity.output, isDryRun: edit.isDryRun)
        }
    }

    private static func setAside(_ home: IdentityHome) throws(StoreProblem) {
        do throws(FileFailure) {
            _ = try Files.keepBackup(of: home.keystorePath, bytes: Files.read(home.keystorePath, limit: KeystoreLimits.standard.fileSize))
            Interruption.point("identity.old-set-aside")
            try Files.remove(home.keystorePath)
            Interruption.point("identity.old-removed")
        } catch { throw StoreProblem(error) }
    }
}
