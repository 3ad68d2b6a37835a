/// What a job's source may show in logs, events and results.
enum Redaction {
    /// Query parameters whose name contains one of these carry secrets often enough.
    private static let telling = ["pass", "secret", "token", "key", "sig", "auth", "credential", "pwd", "session", "code"]

    /// Whether a parameter's name says that its value is a secret. `credential` alone is the alias of one, not the secret.
    static func isTelling(_ name: String) -> Bool {
        let name = name.lowercased()
        return name != "credential" && telling.contains { name.contains($0) }
    }

    /// Without user information; values of secret-looking query parameters are left out.
    static func source(_ text: String) -> String {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var result = withoutUser(String(parts[0]))
        guard parts.count == 2 else { return result }
        result += "?"
        result += parts[1].split(separator: "&", omittingEmptySubsequences: false).map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return String(pair) }
            return isTelling(String(pair[..<equals])) ? pair[...equals] + "…" : String(pair)
        }.joined(separator: "&")
        return result
    }

    private static func withoutUser(_ text: String) -> String {
        let marks = Array("://")
        let characters = Array(text)
        guard let scheme = characters.indices.first(where: { characters[$0...].starts(with: marks) }) else { return text }
        let start = scheme + marks.count
        let end = characters[start...].firstIndex { "/?#".contains($0) } ?? characters.count
        guard let at = characters[start..<end].lastIndex(of: "@") else { return text }
        return String(characters[..<start] + characters[(at + 1)...])
    }
}
