import Foundation
import InstanceStore
import Logging

/// What the routes share.
struct InstanceContext: Sendable {
    var store: InstanceStore
    var authority: InstanceAuthority
    var authenticator: Authenticator
    var claimWaits: ClaimWaits
    var logger: Logger
    var now: @Sendable () -> Date
    /// 32 hexadecimal digits, given on first start.
    var instanceID: String

    /// Seconds for which a claimed job belongs to its claimer. Two missed heartbeats of 20 seconds, and one to spare.
    static let leaseSeconds = 60
}
