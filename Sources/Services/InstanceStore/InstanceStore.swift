import Foundation
import GRDB
import Synchronization

/// The instance's tables in one SQLite file. Every write returns only after its commit is on disk; times come in as parameters.
///
/// Several processes may hold the same directory open (the server and an operator's command): SQLite's locks keep them apart, and
/// ``watchOtherProcesses(every:)`` tells the server what the others wrote.
public final class InstanceStore: Sendable {
    /// File name inside the data directory.
    public static let fileName = "instance.sqlite"

    /// Wakes long polls when a job for their agent is there.
    public let signal = JobSignal()

    let pool: DatabasePool
    let secrets: SecretBox
    private let writes: WriteCoalescer

    /// Opens or creates the store in `directory`, which is created too (mode 0700).
    public init(directory: String) throws(InstanceStoreError) {
        try OwnerOnlyFile.prepareDirectory(directory)
        let path = directory + "/" + Self.fileName
        try OwnerOnlyFile.createIfMissing(path)
        secrets = try SecretBox(keyFile: directory + "/secret.key")
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.label = "instance"
            configuration.prepareDatabase { database in
                // A commit counts once it survives a power cut: FULL syncs the write-ahead log at each one.
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            try Schema.migrator.migrate(pool)
        } catch {
            throw InstanceStoreError(error, path: path)
        }
        writes = WriteCoalescer(pool: pool)
    }

    /// Flushes the log into the database file and lets go of it. Nothing may be called afterwards.
    public func close() throws(InstanceStoreError) {
        do { try pool.close() } catch { throw InstanceStoreError(error, path: pool.path) }
    }

    /// Runs `body` in a transaction that it may share with other writers; returns after the commit.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(InstanceStoreError) -> Value {
        do { return try await writes.write(body) } catch { throw InstanceStoreError(error, path: pool.path) }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(InstanceStoreError) -> Value {
        do { return try await pool.read(body) } catch { throw InstanceStoreError(error, path: pool.path) }
    }

    /// Wakes all waiting agents whenever another process has written. Ends when its task is cancelled.
    public func watchOtherProcesses(every interval: Duration = .milliseconds(250)) async throws {
        var last = try await dataVersion()
        while true {
            try await Task.sleep(for: interval)
            let version = try await dataVersion()
            if version != last { signal.wakeAll() }
            last = version
        }
    }

    /// On the writer's connection this number changes only by commits of others.
    private func dataVersion() async throws(InstanceStoreError) -> Int {
        do {
            return try await pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
        } catch {
            throw InstanceStoreError(error, path: pool.path)
        }
    }
}
