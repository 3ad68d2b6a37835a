import LocalFiles

/// `security_backup`: dated copies of the keystore, and `keystore_backup_audit_trail.log`, which says what belongs to each: the file's
/// name, its `keypairs.mid_id` and its aliases. The trail holds passwords, as the vendor's does: both are for the agent's user only.
struct BackupTrail: Sendable {
    let folder: String
    /// Vendor's `mid.keystore.max_live_backups` is 2; one more, so that a bad pair of changes can still be undone.
    static let kept = 3
    static let trailName = "keystore_backup_audit_trail.log"

    func keep(_ bytes: [UInt8], midID: String, aliases: [String]) throws(FileFailure) {
        try Files.makeFolder(folder)
        let now = Machine.microseconds
        let milliseconds = String(now / 1_000 % 1_000 + 1_000).dropFirst()
        let name = "agent_keystore.\(FileStamp.text(seconds: now / 1_000_000))\(milliseconds)"
        try Files.replace(folder + "/" + name, with: bytes)
        let trail = try OpenFile(folder + "/" + Self.trailName, for: .append)
        try trail.write(
            Array(
                "\(Machine.logStamp(microseconds: now)) \(name) keypairs.mid_id=\(midID) aliases=\(aliases.joined(separator: ","))\n".utf8))
        try trail.synchronize()
        let dated = try Files.list(folder).filter { name in
            name.hasPrefix("agent_keystore.") && name.dropFirst("agent_keystore.".count).count == 17
                && name.suffix(17).allSatisfy(\.isNumber)
        }
        for old in dated.dropLast(Self.kept) { try Files.remove(folder + "/" + old) }
    }
}
