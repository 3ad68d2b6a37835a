import ArgumentParser
import JavaKeystore
import LocalFiles
import TrustedTransport

struct TrustBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Keep a dated copy of a trust store beside it.",
        discussion: "Every change by midguard leaves such a copy by itself; midguard trust restore takes one back.")

    @OptionGroup var store: TrustStoreOptions

    func validate() throws { try store.requireOne() }

    func run() throws {
        let path = try TrustInForce(store).file.path
        do throws(FileFailure) {
            Console.result(try Files.keepBackup(of: path, bytes: Files.read(path, limit: TrustStoreFile.sizeLimit)))
        } catch {
            throw CommandFailure(findings: StoreProblem(error).findings, exitCode: 3)
        }
    }
}

struct TrustRestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Take a copy of a trust store back.",
        discussion: """
            The copy is opened before anything is touched, and what is replaced is kept under a dated name, too. Works also when the store itself
            is damaged or gone.
            """)

    @Argument(help: "The copy: a file that midguard trust backup or a change left.") var copy: String
    @OptionGroup var store: TrustStoreOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws { try store.requireOne() }

    func run() throws {
        let path = try TrustInForce.path(of: store)
        let copy = absolute(copy)
        let password = KeystorePassword(try TrustInForce.passwordText(store))
        let file: TrustStoreFile
        do throws(TrustStoreError) {
            file = try TrustStoreFile(path: copy, password: password)
        } catch { throw TrustInForce.failure(error) }
        let bytes = try TrustedEntries.bytes(copy)
        guard !dryRun else { return Console.result("\(path) would have the \(file.certificates.count) certificates of \(copy)") }
        do throws(FileFailure) {
            let before = Files.exists(path) ? try Files.replaceKeepingBackup(path, with: bytes) : nil
            if before == nil { try Files.replace(path, with: bytes) }
            Console.result("\(path) has the \(file.certificates.count) certificates of \(copy)" + (before.map { "; before: \($0)" } ?? ""))
        } catch {
            throw CommandFailure(findings: StoreProblem(error).findings, exitCode: 3)
        }
    }
}
