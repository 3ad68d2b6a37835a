import AgentProtocol

/// How many jobs of one priority may run, and how many may wait behind them. A value: the worker pool acts on what it says.
struct Pool: Equatable, Sendable {
    let priority: Priority
    let places: Int
    /// Waiting here, a job starts the moment a place is free; waiting at the instance, it costs a round trip.
    let readAhead: Int
    /// Claimed and not finished.
    private(set) var held = 0

    /// - Parameter places: 1...200, as the vendor bounds `threads.max`; outside of it, the nearest.
    init(priority: Priority, places: Int) {
        self.priority = priority
        self.places = min(max(places, 1), 200)
        readAhead = self.places
    }

    /// How many to ask for now: nothing until half of the waiting room is empty, so that a busy pool asks for many at a time.
    var wanted: Int { held <= places + readAhead / 2 ? places + readAhead - held : 0 }
    var running: Int { min(held, places) }
    var waiting: Int { max(0, held - places) }

    mutating func take() { held += 1 }
    mutating func finish() { held = max(0, held - 1) }
}

extension Priority {
    /// As thread names in the vendor's log have it.
    var poolName: String {
        switch self {
        case .interactive: "Interactive"
        case .expedited: "Expedited"
        case .standard: "Standard"
        }
    }
}
