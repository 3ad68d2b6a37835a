import Foundation
import Testing

@testable import AgentRuntime

@Suite("The instance's clock is read from its answers") struct InstanceClockTests {
    @Test func differences() {
        let (clock, now) = (InstanceClock(), Date(timeIntervalSince1970: 784_111_777))
        clock.note(nil, at: now)
        #expect(clock.secondsAhead == nil)
        clock.note("Sun, 06 Nov 1994 08:59:37 GMT", at: now)
        #expect(clock.secondsAhead == 600)
    }
}
