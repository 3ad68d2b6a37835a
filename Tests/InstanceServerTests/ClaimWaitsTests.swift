import Foundation
import InstanceStore
import NIOCore
import NIOPosix
import Testing

@testable import InstanceServer

@Suite("A claim waits for as long as its client does", .timeLimit(.minutes(1)))
struct ClaimWaitsTests {
    private let waits = ClaimWaits(signal: JobSignal())
    private let agent = AgentRecord(name: "one", userName: "one", createdAt: Date())

    /// A connection to a listener that says nothing.
    private func connection(_ body: (any Channel) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let channel = try await ClientBootstrap(group: group).connect(to: #require(listener.localAddress)).get()
        try await body(channel)
        try? await channel.close()
        try await listener.close()
    }

    @Test func aClientThatWentBeforeItsTurnTakesNoJob() async throws {
        try await connection { channel in
            let turn = waits.begin(agent, over: channel)
            #expect(waits.mayGoOn(turn))
            try await channel.close()
            // Nobody tells of a connection that had closed before.
            #expect(!waits.mayGoOn(waits.begin(agent, over: channel)))
            #expect(!waits.mayGoOn(turn))
        }
    }

    @Test func theNewestCounts() async throws {
        try await connection { channel in
            let older = waits.begin(agent, over: channel)
            let newer = waits.begin(agent, over: channel)
            #expect(!waits.mayGoOn(older) && waits.mayGoOn(newer))
            waits.end(older)
            #expect(waits.mayGoOn(newer))
            waits.connectionClosed(ObjectIdentifier(channel))
            #expect(!waits.mayGoOn(newer))
        }
    }
}
