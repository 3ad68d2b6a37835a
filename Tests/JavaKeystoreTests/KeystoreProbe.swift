import Counterparts
import Foundation

/// What Java sees in our files: runs `Java/KeystoreProbe.java`, which documents requests and answers.
final class KeystoreProbe: Sendable {
    struct Request {
        var file: String, type: String, password: String?
        var provider = Provider.jdk
    }
    enum Provider: String {
        case jdk = "-"
        case bouncyCastle = "org.bouncycastle.jce.provider.BouncyCastleProvider"
    }
    struct Answer: Decodable, Hashable {
        var file: String
        var alias: String?, kind: String?, created: Int64?, certificates: [String]?, algorithm: String?, encoded: String?, keyError: String?
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

    /// One process for all. Answers in the order of the requests, those of one request ended by the one with `entries` or `error`.
    func answers(to requests: [Request], in folder: TemporaryFolder) throws -> [Answer] {
        let lines = requests.map { request in
            let password = request.password.map { Data($0.utf8).base64EncodedString() } ?? "-"
            return [folder.path(request.file), request.type, request.provider.rawValue, password, "-"].joined(separator: "\t")
        }
        let list = try folder.write(lines.joined(separator: "\n") + "\n", to: "requests-\(UUID().uuidString)")
        let path = ([classes.url.path] + Self.bouncyCastleJars).joined(separator: ":")
        let printed = try Counterpart.java.run(
            ["-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", path, "KeystoreProbe", list], in: folder)
        return try printed.split(separator: "\n").filter { $0.hasPrefix("{\"file\":") }.map {
            var answer = try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
            answer.file = URL(fileURLWithPath: answer.file).lastPathComponent
            return answer
        }
    }
}
