import FoundationEssentials
import LocalFiles
import Synchronization
import TrustPolicy

/// What vouched for each endpoint when it was last trusted, on disk. It is for explanations only: no connection is trusted because of it.
public final class VisitBook: Sendable {
    public let path: String
    private let visits = Mutex<[String: EndpointVisit]?>(nil)

    /// Endpoints that are remembered; beyond these the ones that changed longest ago go.
    static let limit = 5_000
    static let sizeLimit = 8 << 20

    public init(path: String) { self.path = path }

    func last(_ endpoint: Endpoint) -> EndpointVisit? {
        visits.withLock { visits in
            let known = visits ?? read()
            visits = known
            return known[endpoint.description]
        }
    }

    /// Writes only when something else vouches for it than before. Trouble with the file is no reason against a connection.
    func note(_ visit: EndpointVisit, at endpoint: Endpoint) {
        visits.withLock { visits in
            var known = visits ?? read()
            if let last = known[endpoint.description], last.isAs(visit) {
                visits = known
                return
            }
            known[endpoint.description] = visit
            if known.count > Self.limit {
                let old = known.sorted { $0.value.since < $1.value.since }.prefix(known.count - Self.limit)
                for (key, _) in old { known[key] = nil }
            }
            visits = known
            write(known)
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
