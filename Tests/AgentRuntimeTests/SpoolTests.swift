import AgentProtocol
import Foundation
import LocalFiles
import Testing

@testable import AgentRuntime

@Suite("What the spool said is on disk is there after any crash") struct SpoolTests {
    static func result(_ number: Int, priority: Priority = .standard, payload: String = "<results/>") -> AgentMessages.Result {
        let job = SysID(String(repeating: "0", count: 32 - String(number, radix: 16).count) + String(number, radix: 16)) ?? .random()
        let record = QueueRecord(
            agent: "mid.server.alpha", queue: .input, topic: "EchoProbe", payload: payload, priority: priority, responseTo: job)
        return .init(idempotencyKey: "\(job).1", token: 1, record: record)
    }

    static func sent(_ spool: Spool) throws -> [AgentMessages.Result] {
        try JSONDecoder().decode([AgentMessages.Result].self, from: Data("[".utf8) + Data(spool.batch().json) + Data("]".utf8))
    }

    @Test("A result comes back word for word in the next process, with the same key and token")
    func survives() async throws {
        let home = try TemporaryHome()
        let results = (1...5).map { Self.result($0, payload: "<results>é \($0) \"/\\\u{0}</results>") }
        do {
            let spool = try Spool(folder: home("spool"))
            for result in results { try await spool.append(result) }
            #expect(spool.count == 5)
        }
        let again = try Spool(folder: home("spool"))
        #expect(again.recovered == 5)
        #expect(try Self.sent(again) == results)
        #expect(again.held.map(\.token) == [1, 1, 1, 1, 1])
    }

    @Test("A settled result does not come back")
    func settled() async throws {
        let home = try TemporaryHome()
        do {
            let spool = try Spool(folder: home("spool"))
            for number in 1...3 { try await spool.append(Self.result(number)) }
            spool.settle([Self.result(2).idempotencyKey, "unknown"])
            await spool.flush()
        }
        let again = try Spool(folder: home("spool"))
        #expect(try Self.sent(again).map(\.idempotencyKey) == [Self.result(1).idempotencyKey, Self.result(3).idempotencyKey])
    }

    @Test("Of a segment cut at any byte, exactly the whole frames before the cut are read")
    func truncation() throws {
        var bytes = SpoolFrame.magic
        var ends: [Int] = []
        let encoder = JSONEncoder()
        for number in 1...3 {
            bytes += SpoolFrame.result(json: [UInt8](try encoder.encode(Self.result(number)))[...]).bytes
            ends.append(bytes.count)
        }
        bytes += SpoolFrame.settled(key: Self.result(1).idempotencyKey).bytes
        ends.append(bytes.count)
        for cut in 0...bytes.count {
            let reading = SpoolFrame.read(segment: Array(bytes.prefix(cut)))
            #expect(reading.frames.count == ends.count { $0 <= cut }, "cut at \(cut)")
            let isWhole = cut <= SpoolFrame.magic.count || ends.contains(cut)
            #expect((reading.tornAt == nil) == isWhole, "cut at \(cut)")
        }
    }

    @Test("A flipped byte ends the reading there and never alters what is read")
    func flips() throws {
        var bytes = SpoolFrame.magic
        let json = [UInt8](try JSONEncoder().encode(Self.result(1)))
        for _ in 1...3 { bytes += SpoolFrame.result(json: json[...]).bytes }
        for position in bytes.indices {
            for bit in [0, 7] {
                var damaged = bytes
                damaged[position] ^= 1 << bit
                let reading = SpoolFrame.read(segment: damaged)
                #expect(reading.tornAt != nil, "flip at \(position)")
                for frame in reading.frames { #expect(frame.frame == .result(json: json[...]), "flip at \(position)") }
            }
        }
    }

    @Test("A torn tail on disk is told, and costs nothing but itself")
    func tornOnDisk() async throws {
        let home = try TemporaryHome()
        do {
            let spool = try Spool(folder: home("spool"))
            for number in 1...4 { try await spool.append(Self.result(number)) }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: home("spool"))
        let path = home("spool/" + (try #require(names.first)))
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.dropLast(7).write(to: URL(fileURLWithPath: path))
        let again = try Spool(folder: home("spool"))
        #expect(again.torn == [path])
        #expect(again.recovered == 3)
        try await again.append(Self.result(9))
        let third = try Spool(folder: home("spool"))
        #expect(third.recovered == 4)
    }

    @Test("The most urgent results leave first, then the oldest, and a request stays bounded")
    func order() async throws {
        let home = try TemporaryHome()
        let spool = try Spool(folder: home("spool"))
        for (number, priority) in [(1, Priority.standard), (2, .expedited), (3, .interactive), (4, .standard), (5, .interactive)] {
            try await spool.append(Self.result(number, priority: priority))
        }
        #expect(try Self.sent(spool).compactMap { $0.record.responseTo?.description.last } == ["3", "5", "2", "1", "4"])
        #expect(spool.batch(maximum: 2).results.count == 2)
        #expect(spool.batch(maximum: 200, bytes: 1).results.count == 1, "one that is too long for a request goes alone")
    }

    @Test("Segments that nothing needs are deleted")
    func sweeping() async throws {
        let home = try TemporaryHome()
        let spool = try Spool(folder: home("spool"))
        let payload = String(repeating: "x", count: 1 << 20)
        for number in 1...12 { try await spool.append(Self.result(number, payload: payload)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: home("spool")).count >= 3)
        spool.settle((1...12).map { Self.result($0).idempotencyKey })
        await spool.flush()
        #expect(try FileManager.default.contentsOfDirectory(atPath: home("spool")).count == 1)
        #expect(spool.count == 0)
        #expect(spool.bytes == 0)
    }

    @Test("Results that come together share a flush")
    func throughput() async throws {
        let home = try TemporaryHome()
        let spool = try Spool(folder: home("spool"))
        await withTaskGroup(of: Void.self) { group in
            for number in 1...600 { group.addTask { try? await spool.append(Self.result(number)) } }
        }
        #expect(spool.count == 600)
        #expect(spool.flushes < 300)
    }

    @Test("A folder that cannot be written is a fact, not a crash")
    func unwritable() throws {
        #expect(throws: FileFailure.self) { try Spool(folder: "/proc/no-such-place/spool") }
    }
}
