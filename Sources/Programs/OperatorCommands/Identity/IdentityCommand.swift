import ArgumentParser

struct IdentityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity", abstract: "See and change an agent's key pair, its certificate and what binds them to config.xml.",
        discussion: """
            Works on a home of Midguard's and on that of a Java MID Server, in place. Every change leaves the old and the new keystore in
            security_backup, and replaces one file at one moment: whatever interrupts it, the old identity or the new one is there.
            A running agent takes a change at its next start.
            """,
        subcommands: [
            IdentityShow.self, IdentityCreate.self, IdentityCSR.self, IdentityImport.self, IdentityRekey.self, IdentityMutualTLS.self,
            IdentityToken.self, IdentityRemoveCustom.self,
            IdentityRename.self,
            IdentityBackup.self, IdentityRestore.self, IdentityReset.self, IdentityPassword.self, IdentitySeal.self, IdentityMigrate.self,
            IdentityFIPS.self,
        ])
}
