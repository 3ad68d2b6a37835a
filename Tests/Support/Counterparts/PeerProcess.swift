import Foundation

/// A peer's server on a loopback port: silent, waited for until it listens, and killed when nobody holds it any more.
public final class PeerProcess: Sendable {
    private let process: Process

    /// - Parameters:
    ///   - log: the file whose text says why it does not listen.
    ///   - isReady: what has to hold besides that it listens.
    public init(
        _ counterpart: Counterpart, _ arguments: [String], environment: [String: String]? = nil, port: Int, log: String? = nil,
        seconds: Double = 20, isReady: () -> Bool = { true }
    ) throws {
        process = Process()
        process.executableURL = try counterpart.executable()
        process.arguments = arguments
        if let environment { process.environment = environment }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !LoopbackPort.accepts(port) || !isReady() {
            guard process.isRunning, Date() < deadline else {
                process.terminate()
                let text = log.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? "no log"
                throw CounterpartFailure("\(counterpart) does not listen: \(text)")
            }
            usleep(20_000)
        }
    }

    deinit { end() }

    public func end() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
