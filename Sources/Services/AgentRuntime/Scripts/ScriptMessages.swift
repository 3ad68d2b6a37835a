import FoundationEssentials

/// What agent and `midguard-javascript` say to each other: one JSON object a line. The engine's strings are UTF-16, so what goes there is ASCII.
enum ScriptMessages {
    /// The first answer: what is to be done.
    struct Job: Codable, Sendable {
        var script: String, name: String, source: String, agent: String, sysID: String
        var parameters: [String: String]
        /// Of config.xml, without secrets.
        var configuration: [String: String]
    }

    struct Request: Codable, Sendable {
        var url: String, method: String, body: String
        var headers: [String: String]
        var credential: String?
    }

    /// Whatever comes: exactly one of these is there.
    struct Word: Codable, Sendable {
        var ready: Bool?
        var log: String?
        var include: String?
        var request: Request?
        var result: String?
        /// Uncaught; `file` and `line` say where, as far as the engine knows.
        var failure: String?
        var file: String?, line: Int?
    }

    /// A line is in the log: the script waits for that, so it cannot say more than is written.
    struct Heard: Codable, Sendable {}
    struct Included: Codable, Sendable { var source: String }
    struct Refused: Codable, Sendable { var error: String }
    struct Response: Codable, Sendable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    static func line(_ message: some Encodable) -> [UInt8] {
        guard let json = try? JSONEncoder().encode(message) else { return Array("{}".utf8) }
        if json.allSatisfy({ $0 < 0x80 }) { return Array(json) }
        var line: [UInt8] = []
        for unit in String(decoding: json, as: UTF8.self).utf16 {
            if unit < 0x80 {
                line.append(UInt8(unit))
            } else {
                let digits = String(unit, radix: 16)
                line += Array("\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
            }
        }
        return line
    }

    static func word(_ line: [UInt8]) -> Word? { try? JSONDecoder().decode(Word.self, from: Data(line)) }
}
