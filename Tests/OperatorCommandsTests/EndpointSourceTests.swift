import Testing

@testable import OperatorCommands

@Suite("Endpoints are handed out once each, to whoever asks", .timeLimit(.minutes(1)))
struct EndpointSourceTests {
    @Test(arguments: [0, 1, 31, 1_000], [1, 8]) func eachGoesToOne(count: Int, workers: Int) async {
        let source = EndpointSource((0..<count).map { "host-\($0)" })
        let lines = await withTaskGroup(of: [EndpointSource.Line].self) { group in
            for _ in 0..<workers {
                group.addTask {
                    var mine: [EndpointSource.Line] = []
                    while let line = await source.next() { mine.append(line) }
                    return mine
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(lines.count == count)
        #expect(Set(lines.map(\.text)) == Set((0..<count).map { "host-\($0)" }))
        #expect(lines.allSatisfy { $0.text == "host-\($0.number - 1)" })
        #expect(await source.next() == nil)
        if workers == 1 { #expect(lines.map(\.number) == Array(0..<count).map { $0 + 1 }) }
    }
}
