public import struct Foundation.Date

/// What somebody else says the time is, next to this machine's clock.
public struct ClockReading: Hashable, Sendable {
    public enum Witness: Hashable, Sendable {
        /// The server at this URL, in the Date field of an answer (RFC 9110 §6.6.1).
        case server(String)
        /// A file of this machine, written at that time: now cannot be earlier.
        case file(String)
    }
    public var witness: Witness
    public var time: Date
    /// Of this machine's clock, when it was said.
    public var at: Date

    public init(_ witness: Witness, says time: Date, at: Date) { (self.witness, self.time, self.at) = (witness, time, at) }

    /// Of this machine's clock; negative when it is ahead. A file tells the least that it can be.
    public var secondsBehind: Double { time.timeIntervalSince(at) }
}
