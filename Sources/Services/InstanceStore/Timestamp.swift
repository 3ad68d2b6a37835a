import Foundation
import GRDB

/// Times are stored as whole milliseconds since 1970 in UTC: exact to compare and to sort.
struct Timestamp: DatabaseValueConvertible, Hashable, Sendable {
    var milliseconds: Int64

    init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    var databaseValue: DatabaseValue { milliseconds.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
        Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
    }

    private init(milliseconds: Int64) { self.milliseconds = milliseconds }
}
