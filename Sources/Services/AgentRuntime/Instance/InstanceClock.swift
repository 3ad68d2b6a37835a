import Synchronization
import TrustedTransport

import struct Foundation.Date

/// How far the instance's clock is from ours, as its answers tell (`Date`, RFC 9110 §6.6.1, whole seconds).
final class InstanceClock: Sendable {
    /// Seconds from which on it is said: tokens and OCSP answers allow for one minute.
    static let tolerance: Double = 60

    private let offset = Mutex<Double?>(nil)

    /// Seconds by which the instance is ahead; nil while it has not said.
    var secondsAhead: Double? { offset.withLock { $0 } }

    func note(_ header: String?, at now: Date = Date()) {
        guard let date = header.flatMap(HTTPDate.read) else { return }
        offset.withLock { $0 = date.timeIntervalSince(now) }
    }
}
