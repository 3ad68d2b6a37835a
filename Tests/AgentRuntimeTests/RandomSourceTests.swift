import Foundation
import Testing

@testable import AgentRuntime

@Suite("Whether the kernel has random numbers yet") struct RandomSourceTests {
    @Test func thisMachine() { #expect(RandomSource.isReady) }

    @Test func aDeviceThatHasNothingToGive() throws {
        let home = try TemporaryHome()
        let pipe = home.path + "/random"
        #expect(mkfifo(pipe, 0o600) == 0)
        let writer = open(pipe, O_RDWR | O_NONBLOCK)
        defer { close(writer) }
        #expect(!RandomSource.isReady(pipe))
        #expect(write(writer, "x", 1) == 1)
        #expect(RandomSource.isReady(pipe))
        #expect(RandomSource.isReady(home.path + "/none"))
    }
}
