import Foundation
import Synchronization
import TrustPolicy

/// The endpoints to check, handed out one by one; a list on stdin is read a little ahead of the checks, and no faster than they go.
final class EndpointSource: Sendable {
    struct Line: Sendable {
        var text: String
        /// From 1.
        var number: Int
        /// nil for what is no endpoint.
        var endpoint: Endpoint? { Endpoint(text) }
    }

    private let reading = DispatchQueue(label: "endpoints")
    private let nextLine: @Sendable () -> Line?
    private let state = Mutex(State())
    private struct State {
        var ahead: [Line] = []
        var waiting: [CheckedContinuation<Line?, Never>] = []
        var isReading = false
        var isOver = false
    }
    private static let readAhead = 64

    private init(_ nextLine: @escaping @Sendable () -> Line?) { self.nextLine = nextLine }

    convenience init(_ urls: [String]) {
        let rest = Mutex(urls[...])
        self.init { rest.withLock { rest in rest.popFirst().map { Line(text: $0, number: urls.count - rest.count) } } }
    }

    /// Without empty lines and those that begin with `#`.
    static func standardInput() -> EndpointSource {
        let count = Mutex(0)
        return EndpointSource {
            while let line = readLine() {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                let text = line.trimmingCharacters(in: .whitespaces)
                if !text.isEmpty, !text.hasPrefix("#") { return Line(text: text, number: number) }
            }
            return nil
        }
    }

    /// nil after the last one.
    func next() async -> Line? {
        await withCheckedContinuation { continuation in
            let mustRead = state.withLock { state in
                if state.ahead.isEmpty, !state.isOver {
                    state.waiting.append(continuation)
                } else {
                    continuation.resume(returning: state.ahead.isEmpty ? nil : state.ahead.removeFirst())
                }
                guard !state.isReading, !state.isOver, state.ahead.count < Self.readAhead / 2 else { return false }
                state.isReading = true
                return true
            }
            if mustRead { reading.async { self.read() } }
        }
    }

    /// Until there is enough for a while, or nothing more.
    private func read() {
        var goesOn = true
        while goesOn {
            let line = nextLine()
            goesOn = state.withLock { state in
                if let line {
                    if state.waiting.isEmpty { state.ahead.append(line) } else { state.waiting.removeFirst().resume(returning: line) }
                } else {
                    state.isOver = true
                    for continuation in state.waiting { continuation.resume(returning: nil) }
                    state.waiting = []
                }
                state.isReading = line != nil && state.ahead.count < Self.readAhead
                return state.isReading
            }
        }
    }
}
