import GRDB
import Synchronization

/// Group commit: writes that arrive while one transaction is being synced to disk share the next one, so that the number of syncs
/// does not grow with the number of writers. Each write has a savepoint of its own: one that fails takes nothing else with it.
final class WriteCoalescer: Sendable {
    /// Does the work and says how to finish once the commit has succeeded (nil) or failed.
    private typealias Step = @Sendable (Database) -> (((any Error)?) -> Void)

    private struct Backlog {
        var steps: [Step] = []
        var draining = false
    }

    /// Writes in one transaction at most; keeps a single commit short.
    private static let largestBatch = 256

    private let pool: DatabasePool
    private let backlog = Mutex(Backlog())

    init(pool: DatabasePool) { self.pool = pool }

    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            enqueue { database in
                let outcome = Result<Value, any Error> { try Self.inSavepoint(database, body) }
                return { commitError in
                    if let commitError { continuation.resume(throwing: commitError) } else { continuation.resume(with: outcome) }
                }
            }
        }
    }

    private func enqueue(_ step: @escaping Step) {
        let mustStart = backlog.withLock { backlog in
            backlog.steps.append(step)
            defer { backlog.draining = true }
            return !backlog.draining
        }
        if mustStart { scheduleBatch() }
    }

    private func scheduleBatch() {
        pool.asyncWriteWithoutTransaction { database in
            self.commitBatch(on: database)
            let more = self.backlog.withLock { backlog in
                backlog.draining = !backlog.steps.isEmpty
                return backlog.draining
            }
            if more { self.scheduleBatch() }
        }
    }

    private func commitBatch(on database: Database) {
        let steps = backlog.withLock { backlog in
            let batch = Array(backlog.steps.prefix(Self.largestBatch))
            backlog.steps.removeFirst(batch.count)
            return batch
        }
        var finish: [((any Error)?) -> Void] = []
        do {
            try database.beginTransaction(.immediate)
            for step in steps { finish.append(step(database)) }
            // A full disk ends the whole transaction behind our back; then nothing was stored.
            guard database.isInsideTransaction else { throw InstanceStoreError.transactionLost }
            try database.commit()
            for end in finish { end(nil) }
        } catch {
            if database.isInsideTransaction { try? database.rollback() }
            // Without a transaction the steps not yet run only fail: they must not write on their own.
            let rest = steps.dropFirst(finish.count).map { $0(database) }
            for end in finish + rest { end(error) }
        }
    }

    private static func inSavepoint<Value>(_ database: Database, _ body: (Database) throws -> Value) throws -> Value {
        guard database.isInsideTransaction else { throw InstanceStoreError.transactionLost }
        var value: Value?
        try database.inSavepoint {
            value = try body(database)
            return .commit
        }
        guard let value else { throw InstanceStoreError.transactionLost }
        return value
    }
}
