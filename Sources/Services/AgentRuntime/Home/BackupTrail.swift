package import AgentConfiguration
package import LocalFiles

/// `security_backup`: dated copies of the keystore, and `keystore_backup_audit_trail.log`, which says what belongs to each: the file's
/// name, its `keypairs.mid_id` and its aliases. The trail holds passwords, as the vendor's does: both are for the agent's user only.
package struct BackupTrail: Sendable {
    package let folder: String
    package var limits = Limits()

    /// How much is kept; names, meanings and defaults are the vendor's. Zero or less keeps nothing.
    package struct Limits: Hashable, Sendable {
        /// `mid.keystore.max_backups`: of those that a person's command made.
        package var manual = 3
        /// `mid.keystore.max_live_backups`: of those that a running agent made.
        package var live = 2
        /// `mid.keystore.backup_overwrite_timespan`: seconds in which a newer backup of the same keys takes the place of the newest.
        package var overwriteSeconds = 60
        package init() {}
    }

    /// Who made a backup.
    package enum Maker: Sendable { case agent, person }

    /// A line of the trail. `midID` is a password and never printed.
    package struct Line: Hashable, Sendable, CustomStringConvertible {
        package var name: String
        package var midID: String
        package var aliases: String
        /// SHA-256 over the certificates of all keys; nil in lines of other writers.
        package var keys: String?
        package var description: String { "Line(\(name))" }
    }

    /// Bytes of a trail that are read. A line has about 200.
    static let trailLimit = 16 << 20
    package static let trailName = "keystore_backup_audit_trail.log"
    private static let manualMark = "manual."
    private static let prefix = "agent_keystore."

    package init(folder: String, limits: Limits = .init()) { (self.folder, self.limits) = (folder, limits) }

    /// With the limits that config.xml sets.
    package init(folder: String, configuration: ConfigurationFile) {
        self.folder = folder
        func number(_ name: String, _ other: Int) -> Int { configuration.value("mid.keystore." + name).flatMap { Int($0) } ?? other }
        limits.manual = number("max_backups", limits.manual)
        limits.live = number("max_live_backups", limits.live)
        limits.overwriteSeconds = number("backup_overwrite_timespan", limits.overwriteSeconds)
    }

    /// Leaves a dated copy, and its line behind it. The copy comes first: one without a line is tried with every identifier that is known.
    ///
    /// - Parameter keys: SHA-256 over the certificates of all keys in it. Only a backup of the same keys is ever replaced before the limit
    ///   is reached.
    /// - Returns: the file's name; nil when the limit is zero.
    @discardableResult
    package func keep(
        _ bytes: [UInt8], midID: String, aliases: [String], by maker: Maker = .agent, keys: String? = nil
    ) throws(FileFailure) -> String? {
        let limit = maker == .agent ? limits.live : limits.manual
        guard limit > 0 else { return nil }
        try Files.makeFolder(folder)
        let now = Machine.microseconds
        let name = try freeName(maker, microseconds: now)
        let replaced = try replaceable(by: maker, midID: midID, aliases: Self.listed(aliases), keys: keys, microseconds: now)
        try Files.replace(folder + "/" + name, with: bytes)
        Interruption.point("backup.copied")
        let trail = try OpenFile(folder + "/" + Self.trailName, for: .append)
        var line = "\(Machine.logStamp(microseconds: now)) \(name) keypairs.mid_id=\(midID) aliases=\(Self.listed(aliases))"
        if let keys { line += " keys=\(keys)" }
        try trail.write(Array((line + "\n").utf8))
        try trail.synchronize()
        Interruption.point("backup.recorded")
        if let replaced { try Files.remove(folder + "/" + replaced) }
        for old in try copies(by: maker).dropLast(limit) { try Files.remove(folder + "/" + old) }
        return name
    }

    /// Names of the copies that are there, oldest first.
    package func copies() throws(FileFailure) -> [String] {
        guard Files.exists(folder) else { return [] }
        return try Files.list(folder).filter { Self.stamp(of: $0) != nil }.sorted { Self.stamp(of: $0) ?? "" < Self.stamp(of: $1) ?? "" }
    }

    /// Oldest first; lines that cannot be read are passed over.
    package func lines() throws(FileFailure) -> [Line] {
        let path = folder + "/" + Self.trailName
        guard Files.exists(path) else { return [] }
        let text = String(decoding: try Files.read(path, limit: Self.trailLimit), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).compactMap(Self.line)
    }

    private static func line(_ text: Substring) -> Line? {
        var line = Line(name: "", midID: "", aliases: "")
        for word in text.split(separator: " ") {
            if stamp(of: String(word)) != nil { line.name = String(word) }
            if word.hasPrefix("keypairs.mid_id=") { line.midID = String(word.dropFirst("keypairs.mid_id=".count)) }
            if word.hasPrefix("aliases=") { line.aliases = String(word.dropFirst("aliases=".count)) }
            if word.hasPrefix("keys=") { line.keys = String(word.dropFirst("keys=".count)) }
        }
        return line.name.isEmpty || line.midID.isEmpty ? nil : line
    }

    private func copies(by maker: Maker) throws(FileFailure) -> [String] {
        try copies().filter { $0.hasPrefix(Self.prefix + Self.manualMark) == (maker == .person) }
    }

    /// The newest one, when it was made a moment ago and holds the same keys under the same identifier: no key is lost with it.
    private func replaceable(
        by maker: Maker, midID: String, aliases: String, keys: String?, microseconds now: Int64
    ) throws(FileFailure) -> String? {
        guard let keys, limits.overwriteSeconds > 0, let newest = try copies(by: maker).last, let stamp = Self.stamp(of: newest),
            stamp.prefix(14) >= FileStamp.text(seconds: now / 1_000_000 - Int64(limits.overwriteSeconds)),
            let line = try lines().last(where: { $0.name == newest }), line.keys == keys, line.midID == midID, line.aliases == aliases
        else { return nil }
        return newest
    }

    private func freeName(_ maker: Maker, microseconds now: Int64) throws(FileFailure) -> String {
        let mark = maker == .person ? Self.manualMark : ""
        // Two backups of one millisecond are two files.
        for offset in 0..<1_000 as Range<Int64> {
            let moment = now / 1_000 + offset
            let milliseconds = String(moment % 1_000 + 1_000).dropFirst()
            let name = Self.prefix + mark + FileStamp.text(seconds: moment / 1_000) + milliseconds
            if !Files.exists(folder + "/" + name) { return name }
        }
        throw .exists(path: folder + "/" + Self.prefix + mark)
    }

    /// 17 digits: a second and its milliseconds.
    private static func stamp(of name: String) -> Substring? {
        guard name.hasPrefix(prefix) else { return nil }
        var rest = name.dropFirst(prefix.count)
        if rest.hasPrefix(manualMark) { rest = rest.dropFirst(manualMark.count) }
        return rest.count == 17 && rest.utf8.allSatisfy { (48...57).contains($0) } ? rest : nil
    }

    /// Aliases are anybody's text: what would look like another field or line is replaced.
    private static func listed(_ aliases: [String]) -> String {
        aliases.map { alias in String(alias.map { $0.isWhitespace || $0.isNewline || $0 == "," || $0 == "=" ? "_" : $0 }) }.joined(
            separator: ",")
    }
}
