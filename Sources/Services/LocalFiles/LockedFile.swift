/// A file that is read, changed and replaced while others who do the same wait. The lock is advisory and ends with this object, or with
/// the process, however it dies.
package final class LockedFile: Sendable {
    package let path: String
    private let held: OpenFile

    /// Seconds to wait for another writer. One takes far less than a second, unless its derivations are costly.
    package static let patience = 10.0

    /// Throws `locked` when another process holds it all the time, and what opening the file throws.
    package init(_ path: String, waiting seconds: Double = patience) throws(FileFailure) {
        self.path = path
        var file = try OpenFile(path, for: .hold)
        // Who waited holds the file that was; the one that took its place is the one to lock.
        for _ in 0..<1_000 {
            try file.lock(waiting: seconds)
            if file.isInPlace {
                held = file
                return
            }
            file = try OpenFile(path, for: .hold)
        }
        throw .locked(path: path)
    }

    package func bytes(limit: Int) throws(FileFailure) -> [UInt8] { try held.readAll(limit: limit) }

    /// As `Files.replaceKeepingBackup`. Whoever waits goes on with the new file.
    package func replaceKeepingBackup(with bytes: [UInt8]) throws(FileFailure) -> String {
        let backup = try Files.keepBackup(of: path, bytes: held.readAll(limit: Files.backupLimit))
        try Files.replace(path, with: bytes)
        return backup
    }
}
