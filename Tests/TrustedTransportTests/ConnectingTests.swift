import Counterparts
import Foundation
import NIOCore
import NIOPosix
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("All addresses of a name are tried, and what a proxy says too early is shown", .timeLimit(.minutes(1)))
struct ConnectingTests {
    private func race(_ addresses: [(String, Int)], limit: Duration = .seconds(5)) async throws -> any Channel {
        try await AddressRace(addresses: addresses.map { try SocketAddress(ipAddress: $0.0, port: $0.1) }, limit: limit)
            .connect(on: MultiThreadedEventLoopGroup.singleton.next())
    }

    @Test func aNameIsRememberedForAMoment() throws {
        var memory = NameMemory()
        let (now, addresses) = (
            ContinuousClock.now,
            [try SocketAddress(ipAddress: "192.0.2.1", port: 443), try SocketAddress(ipAddress: "2001:db8::1", port: 443)]
        )
        #expect(memory.addresses(of: "a.example", port: 443, at: now) == nil)
        memory.remember(addresses, of: "a.example", at: now)
        #expect(memory.addresses(of: "a.example", port: 8_443, at: now)?.map(\.text) == ["192.0.2.1:8443", "[2001:db8::1]:8443"])
        #expect(memory.addresses(of: "b.example", port: 443, at: now) == nil)
        #expect(memory.addresses(of: "a.example", port: 443, at: now + NameMemory.keep) == nil)
        // Full, it takes nothing more until something has passed.
        for number in 0..<NameMemory.limit { memory.remember(addresses, of: "\(number).example", at: now + .seconds(1)) }
        #expect(memory.addresses(of: "\(NameMemory.limit - 1).example", port: 1, at: now + .seconds(1)) == nil)
        memory.remember(addresses, of: "later.example", at: now + NameMemory.keep)
        #expect(memory.addresses(of: "later.example", port: 1, at: now + NameMemory.keep) != nil)
    }

    @Test func anAddressThatRefusesIsPassedOver() async throws {
        let server = try ScriptedServer { $0.saysNothing() }
        defer { server.stop() }
        let closed = try LoopbackPort.free()
        for addresses in [[("127.0.0.1", closed), ("127.0.0.1", server.port)], [("::1", closed), ("127.0.0.1", server.port)]] {
            let channel = try await race(addresses)
            #expect(channel.remoteAddress?.text == "127.0.0.1:\(server.port)")
            try await channel.close()
        }
    }

    @Test func anAddressThatSaysNothingHoldsNobodyBack() async throws {
        let server = try ScriptedServer { $0.saysNothing() }
        defer { server.stop() }
        let silent = try FullBacklog()
        let channel = try await race([("127.0.0.1", silent.port), ("127.0.0.1", server.port)], limit: .seconds(20))
        #expect(channel.remoteAddress?.port == server.port)
        try await channel.close()

        let failure = await #expect(throws: AddressRace.Failure.self) {
            _ = try await race([("127.0.0.1", silent.port), ("127.0.0.2", silent.port)], limit: .milliseconds(700))
        }
        guard case .timeout(let address, _)? = failure?.obstacle else { return #expect(Bool(false), "\(String(describing: failure))") }
        #expect(address.contains("127.0.0.1:\(silent.port)"))
    }

    @Test(arguments: ["\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{16}\u{3}\u{3}"])
    func bytesBehindTheProxysAnswerAreNoTLS(extra: String) async throws {
        let proxy = try ScriptedServer { connection in
            guard connection.read(until: "\r\n\r\n") != nil else { return }
            connection.send("HTTP/1.1 200 Connection established\r\n\r\n" + extra)
            connection.saysNothing()
        }
        defer { proxy.stop() }
        var configuration = try Lab().configuration(trusting: [])
        configuration.proxy = ProxyRoute(host: "127.0.0.1", port: proxy.port)
        let evidence = await TrustedTransport(configuration: configuration).inspect(Endpoint(scheme: .tls, host: "a.example", port: 443))
        guard case .proxy(.notAProxy(let what))? = evidence.obstacle else {
            return #expect(Bool(false), "\(String(describing: evidence.obstacle))")
        }
        #expect(what.contains("before TLS began"))
    }

    @Test func aSilentPeersAddressIsNamed() async throws {
        let server = try ScriptedServer { $0.saysNothing() }
        defer { server.stop() }
        var configuration = try Lab().configuration(trusting: [])
        configuration.handshakeTimeout = .milliseconds(300)
        let evidence = await TrustedTransport(configuration: configuration).inspect(
            Endpoint(scheme: .tls, host: "localhost", port: server.port))
        #expect(evidence.obstacle == .timeout(address: "127.0.0.1:\(server.port)", seconds: 0.3))
    }
}
