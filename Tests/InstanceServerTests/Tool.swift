import Foundation
import Testing

/// A real counterpart, run as a process of its own.
struct Tool: Sendable {
    var name: String
    var package: String

    static let curl = Tool(name: "curl", package: "curl")
    static let openssl = Tool(name: "openssl", package: "openssl")

    struct Output: Sendable {
        var status: Int32
        var out: String
        var error: String
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    func run(_ arguments: [String], input: String? = nil) async throws -> Output {
        guard let path = ["/usr/bin/", "/usr/local/bin/", "/bin/"].map({ $0 + name }).first(where: FileManager.default.isExecutableFile)
        else {
            throw Missing(description: "\(name) is not installed: apt-get install \(package)")
        }
        let folder = temporaryPath(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for file in ["out", "error", "in"] {
            _ = FileManager.default.createFile(atPath: folder + "/" + file, contents: file == "in" ? Data((input ?? "").utf8) : nil)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder + "/in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/out"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/error"))
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
        return Output(
            status: status, out: try text(folder + "/out"), error: try text(folder + "/error"))
    }

    private func text(_ path: String) throws -> String { String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) }
}

/// What curl was told.
struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var body: String

    func json() throws -> [String: Any] { try #require(JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) }
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value { try JSONDecoder().decode(type, from: Data(body.utf8)) }
}

extension RunningInstance {
    /// Over verified TLS: only the authority's root is trusted.
    func request(
        _ method: String, _ path: String, user: (String, String)? = nil, body: String? = nil, type: String = "application/json"
    ) async throws -> Answer {
        var arguments = ["-sS", "-i", "--max-time", "30", "--cacert", rootPath, "-X", method, "-H", "Expect:"]
        if let user { arguments += ["-u", user.0 + ":" + user.1] }
        if body != nil { arguments += ["-H", "Content-Type: " + type, "--data-binary", "@-"] }
        let output = try await Tool.curl.run(arguments + [base + path], input: body)
        try #require(output.status == 0, "curl: \(output.error)")
        return try Answer(raw: output.out)
    }

    func send<Body: Encodable>(_ body: Body, to path: String, as user: (String, String)) async throws -> Answer {
        let text = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
        return try await request("POST", path, user: user, body: text)
    }
}

extension Answer {
    init(raw: String) throws {
        let normalised = raw.replacingOccurrences(of: "\r\n", with: "\n")
        let end = try #require(normalised.range(of: "\n\n"))
        var lines = normalised[..<end.lowerBound].split(separator: "\n")
        status = try #require(Int(lines.removeFirst().split(separator: " ")[1]))
        headers = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        body = String(normalised[end.upperBound...])
    }
}
