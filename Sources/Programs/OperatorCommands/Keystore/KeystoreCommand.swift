import ArgumentParser

struct KeystoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keystore", abstract: "Read, change and convert Java keystores.",
        discussion: """
            JKS, JCEKS, PKCS#12 and BCFKS are read and written, BKS and UBER read; the content of a file tells which it is. Every change leaves
            a dated copy of the old file beside the new one. Passwords come from a file, the environment or a descriptor, else they are asked for.
            """,
        subcommands: [
            KeystoreList.self, KeystoreShow.self, KeystoreCreate.self, KeystoreImport.self, KeystoreExport.self, KeystoreConvert.self,
            KeystoreDelete.self, KeystoreRename.self, KeystorePasswordCommand.self,
            KeystoreVerify.self,
            KeystoreCompare.self,
        ])
}
