/// Waits that grow: doubled with each failure up to a cap, and scattered, so that agents that lost their instance together do not return
/// together.
struct Backoff: Sendable {
    var first: Duration = .seconds(1)
    var cap: Duration = .seconds(60)

    /// - Parameters:
    ///   - failures: how many in a row; 1 after the first.
    ///   - scatter: 0...1, random in life. The wait lies between half and the whole of the doubled value.
    func delay(afterFailures failures: Int, scatter: Double = .random(in: 0...1)) -> Duration {
        var whole = first
        for _ in 1..<max(1, min(failures, 32)) where whole < cap { whole = whole * 2 }
        whole = min(whole, cap)
        return whole / 2 + whole / 2 * min(max(scatter, 0), 1)
    }
}
