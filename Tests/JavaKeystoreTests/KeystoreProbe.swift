import Counterparts
import Foundation

/// What Java sees in our files: runs `Java/KeystoreProbe.java`, which documents requests and answers.
final class KeystoreProbe: Sendable {
    struct Request {
        var file: String, type: String, password: String?
        var provider = Provider.jdk
        /// Tried on every key in turn; empty: the store's.
        var keyPasswords: [String] = []
    }
    enum Provider: String {
        case jdk = "-"
        case bouncyCastle = "org.bouncycastle.jce.provider.BouncyCastleProvider"
    }
    struct Answer: Decodable, Hashable {
        var alias: String?, kind: String?, created: Int64?, certificates: [String]?, algorithm: String?, encoded: String?, keyError: String?
        var keyPassword: Int?, signature: String?
        var entries: Int?, error: String?
    }

    /// Where Debian's `libbcprov-java`, `libbcutil-java` and `libbcpkix-java` lie.
    static let bouncyCastleJars = ["bcprov", "bcutil", "bcpkix"].map { "/usr/share/java/\($0).jar" }
    static let hasJava = ["java", "javac"].allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
    static let hasBouncyCastle = hasJava && bouncyCastleJars.allSatisfy(FileManager.default.fileExists)

    private let classes: TemporaryFolder

    /// Compiles the program.
    init() throws {
        classes = try TemporaryFolder()
        let source = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("Java/KeystoreProbe.java")
        try Counterpart.javac.run(["-d", classes.url.path, source.path], in: classes)
    }

    /// One process for all. For each request in turn an answer per entry, and at last the one with `entries` or `error`.
    func answers(to requests: [Request], in folder: TemporaryFolder) throws -> [[Answer]] {
        func encoded(_ password: String) -> String { Data(password.utf8).base64EncodedString() }
        let lines = requests.map { request in
            let keyPasswords = request.keyPasswords.isEmpty ? "-" : request.keyPasswords.map(encoded).joined(separator: ",")
            let fields = [folder.path(request.file), request.type, request.provider.rawValue, request.password.map(encoded) ?? "-"]
            return (fields + [keyPasswords]).joined(separator: "\t")
        }
        let list = try folder.write(lines.joined(separator: "\n") + "\n", to: "requests-\(UUID().uuidString)")
        let path = ([classes.url.path] + Self.bouncyCastleJars).joined(separator: ":")
        let printed = try Counterpart.java.run(
            ["-Xshare:auto", "-cp", path, "KeystoreProbe", list], in: folder)
        var answers: [[Answer]] = [[]]
        for line in printed.split(separator: "\n") where line.hasPrefix("{\"file\":") {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
            answers[answers.endIndex - 1].append(answer)
            if answer.entries != nil || answer.error != nil { answers.append([]) }
        }
        answers.removeLast()
        guard answers.count == requests.count else {
            throw CounterpartFailure("\(answers.count) answers to \(requests.count) requests: \(printed.suffix(2000))")
        }
        return answers
    }
}
