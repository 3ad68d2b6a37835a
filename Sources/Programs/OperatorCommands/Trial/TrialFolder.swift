import Foundation

/// Where a trial lives: a folder of its own, removed at the end unless the user keeps it.
struct TrialFolder {
    let path: String
    let isKept: Bool

    var instance: String { path + "/instance" }
    var home: String { path + "/agent" }

    /// - Parameter keep: the user's folder, used again when there is a trial in it; nil makes a new one under the user's state directory
    ///   (XDG Base Directory Specification).
    init(keep: String?) throws {
        if let keep {
            (path, isKept) = (absolute(keep), true)
        } else {
            let environment = ProcessInfo.processInfo.environment
            let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory() + "/.local/state"
            (path, isKept) = (state + "/midguard/trial-\(ProcessInfo.processInfo.processIdentifier)", false)
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure(message: "The folder \(path) cannot be made: \(error.localizedDescription)", exitCode: 3)
        }
    }

    func remove() { if !isKept { try? FileManager.default.removeItem(atPath: path) } }
}
