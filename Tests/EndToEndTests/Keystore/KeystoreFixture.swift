import Counterparts
import Foundation

/// Stores and certificates of other makers for one test, with the password that opens them in a file.
struct KeystoreFixture {
    let folder: TemporaryFolder
    let word = "Opensesame-17"
    var passwordFile: String { folder.path("word") }

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write(word + "\r\n", to: "word")
    }

    func path(_ name: String) -> String { folder.path(name) }

    @discardableResult func keytool(_ arguments: String...) throws -> String {
        try Counterpart.keytool.run(arguments, in: folder)
    }
    @discardableResult func openssl(_ arguments: String...) throws -> String {
        try Counterpart.openssl.run(arguments, in: folder)
    }

    /// A store by keytool with an RSA key pair `agent` and a trusted certificate `root`.
    func store(_ name: String, type: String) throws -> String {
        try keytool(
            "-genkeypair", "-alias", "agent", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=agent.example, O=Corp", "-storetype",
            type,
            "-keystore", name, "-storepass", word, "-keypass", word)
        try authority()
        try keytool("-importcert", "-noprompt", "-alias", "root", "-file", "root.pem", "-keystore", name, "-storepass", word)
        return path(name)
    }

    /// `root.pem` and `root.key`, once.
    func authority() throws {
        guard !FileManager.default.fileExists(atPath: path("root.pem")) else { return }
        try openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj", "/O=Corp/CN=Corp Root",
            "-days",
            "400")
    }

    /// `leaf.key` and `leaf.pem`, issued by the authority.
    func leaf() throws {
        try authority()
        try openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/O=Corp/CN=leaf.example")
        try openssl(
            "x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "200", "-out",
            "leaf.pem")
    }

    func text(_ name: String) throws -> String { String(decoding: try folder.read(name), as: UTF8.self) }

    /// Runs `midguard keystore …` with the password file.
    func midguard(_ arguments: String..., password: Bool = true) throws -> MidguardProcess.Outcome {
        try MidguardProcess.run(["keystore"] + arguments + (password ? ["--password-file", passwordFile] : []))
    }

    /// The aliases that keytool lists, without their kinds, sorted.
    func keytoolAliases(_ name: String) throws -> [String] {
        try keytool("-list", "-keystore", name, "-storepass", word).split(separator: "\n")
            .filter { $0.contains("Entry,") }.compactMap { $0.split(separator: ",").first.map(String.init) }.sorted()
    }
}

extension MidguardProcess.Outcome {
    /// stdout as a JSON object.
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) ?? [:] }

    var findingIDs: [String] { (json["findings"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String } }

    /// The commands of the findings' fixes, first finding first.
    var fixCommands: [String] {
        (json["findings"] as? [[String: Any]] ?? []).flatMap { $0["fixes"] as? [[String: Any]] ?? [] }.compactMap {
            $0["command"] as? String
        }
    }
}
