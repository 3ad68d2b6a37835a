import Foundation
import Synchronization
import TrustPolicy

/// The endpoints to check, handed out one by one; a list on stdin is read no faster than it is checked.
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

    func next() async -> Line? {
        await withCheckedContinuation { continuation in reading.async { continuation.resume(returning: self.nextLine()) } }
    }
}
