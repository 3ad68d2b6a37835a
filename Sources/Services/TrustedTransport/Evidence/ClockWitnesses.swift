import LocalFiles
import PathValidation
import TrustPolicy

import struct Foundation.Date

/// A source that can be asked for the time, too.
protocol TimeTeller: Sendable {
    /// As the server at `url` has it; nil when it does not say.
    func time(at url: String) async -> Date?
}

/// Asks others for the time, to tell a certificate that ended from a clock that is wrong.
struct ClockWitnesses: Sendable {
    var teller: (any TimeTeller)?
    /// For each server: a silent one leaves the others their time.
    var patience: Duration
    /// A file that somebody wrote on this machine.
    var file: String

    /// Servers that are asked.
    static let limit = 3
    /// From which on a file is taken for newer than now.
    static let margin = 3_600.0

    /// - Parameter path: whose certificates name the servers that are asked, over plain HTTP: what they say explains, and decides nothing.
    func readings(about path: CandidatePath, at now: Date) async -> [ClockReading] {
        var readings: [ClockReading] = []
        if let seconds = (Files.sizeAndChange(file)?.changed).map(Double.init), seconds > now.timeIntervalSince1970 + Self.margin {
            readings.append(ClockReading(.file(file), says: Date(timeIntervalSince1970: seconds), at: now))
        }
        guard let teller else { return readings }
        var urls: [String] = []
        for url in path.certificates.flatMap(\.evidenceURLs) where url.hasPrefix("http://") && !urls.contains(url) { urls.append(url) }
        for url in urls.prefix(Self.limit) {
            if let time = await withinTime(patience, { await teller.time(at: url) }) ?? nil {
                return readings + [ClockReading(.server(url), says: time, at: now)]
            }
        }
        return readings
    }
}

extension PathOutcome {
    /// Whether anything speaks against it but the time.
    var failsForTheTimeAlone: Bool {
        !best.defects.isEmpty
            && best.defects.allSatisfy {
                switch $0.failure {
                case .expired, .notYetValid: true
                default: false
                }
            }
    }
}
