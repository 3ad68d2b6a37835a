import Dispatch
import FoundationEssentials
import LocalFiles
import Synchronization
import TrustPolicy

/// What vouched for each endpoint when it was last trusted, on disk. It is for explanations only: no connection is trusted because of it.
public final class VisitBook: Sendable {
    public let path: String
    private let state = Mutex(State())
    private let writing = DispatchQueue(label: "visits")

    private struct State {
        /// nil until the file has been read.
        var visits: [String: EndpointVisit]?
        var isDirty = false
        var isWriting = false
    }

    /// Endpoints that are remembered; beyond these the ones that changed longest ago go.
    static let limit = 5_000
    static let sizeLimit = 8 << 20

    public init(path: String) { self.path = path }

    func last(_ endpoint: Endpoint) -> EndpointVisit? {
        state.withLock { state in
            let known = state.visits ?? read()
            state.visits = known
            return known[endpoint.description]
        }
    }

    /// Is written in the background, and only when something else vouches for it than before; what comes meanwhile is written together. Trouble with
    /// the file is no reason against a connection.
    func note(_ visit: EndpointVisit, at endpoint: Endpoint) {
        let mustWrite = state.withLock { state in
            var known = state.visits ?? read()
            defer { state.visits = known }
            if let last = known[endpoint.description], last.isAs(visit) { return false }
            known[endpoint.description] = visit
            // Some at once: to find them takes a look at all.
            if known.count > Self.limit {
                let old = known.sorted { $0.value.since < $1.value.since }.prefix(known.count - Self.limit + Self.limit / 50)
                for (key, _) in old { known[key] = nil }
            }
            state.isDirty = true
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustWrite { writing.async { self.writeAll() } }
    }

    /// Returns once what was noted is in the file.
    public func flush() async {
        await withCheckedContinuation { continuation in writing.async { continuation.resume() } }
    }

    private func writeAll() {
        while let visits = next() { write(visits) }
    }

    private func next() -> [String: EndpointVisit]? {
        state.withLock { state in
            (state.isWriting, state.isDirty) = (state.isDirty, false)
            return state.isWriting ? state.visits : nil
        }
    }

    private func read() -> [String: EndpointVisit] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let bytes = try? Files.read(path, limit: Self.sizeLimit) else { return [:] }
        return (try? decoder.decode([String: EndpointVisit].self, from: Data(bytes))) ?? [:]
    }

    private func write(_ visits: [String: EndpointVisit]) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        guard let bytes = try? encoder.encode(visits) else { return }
        do throws(FileFailure) {
            try Files.makeFolder(Files.parent(of: path))
            try Files.replace(path, with: Array(bytes))
        } catch { return }
    }
}
