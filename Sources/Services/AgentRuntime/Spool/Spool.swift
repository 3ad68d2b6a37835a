import AgentProtocol
import Dispatch
import FoundationEssentials
import LocalFiles
import Synchronization

/// Results between the end of a job and the instance's receipt, in `work/monitors/ECCSender`.
///
/// Java-based agents write one file per result. Each then costs a file, a rename and two flushes to the medium (file and folder), one
/// after the other: some hundred a second at best. Here results are frames of a journal, and all that arrive while the medium is busy
/// share its next flush, so that throughput grows with load. A frame has length and checksum; what a crash tore off is not a frame.
/// Marks of settled results are written without a flush: losing one means sending again what the instance recognises by its key.
final class Spool: Sendable {
    /// A segment is closed when it has grown past this; one that needs nothing of any more is deleted, the oldest first, since a mark
    /// must not go before the result that it settles.
    static let segmentBytes = 4 << 20
    /// More than this and the agent asks for no more jobs: the vendor's `glide.mid.max.sender.queue.size` of 0.5 GB. (There, results
    /// past it are deleted.)
    static let defaultLimit = 512 << 20

    let folder: String
    /// Results found on disk when the spool was opened.
    let recovered: Int
    /// Segments whose tail a crash tore off.
    let torn: [String]
    private let limit: Int
    private let state: Mutex<State>
    /// All writing happens here, one flush at a time, and off the threads that run jobs.
    private let disk = DispatchQueue(label: "ECCSender")
    private let segment: Mutex<Segment>
    /// Rings when there may be something to send.
    let news = Bell()

    private struct State {
        var index: SpoolIndex
        var waiting: [Waiting] = []
        var isWriting = false
    }
    private struct Waiting {
        var result: AgentMessages.Result?
        var frame: [UInt8]
        var continuation: CheckedContinuation<Result<Void, FileFailure>, Never>?
    }
    private struct Segment {
        var number: Int
        var file: OpenFile
        var length: Int
        var oldest: Int
        var flushes = 0
    }

    /// Reads what an earlier process left, and begins a segment of its own. Blocks.
    init(folder: String, limit: Int = Spool.defaultLimit) throws(FileFailure) {
        try Files.makeFolder(folder)
        let numbers = try Files.list(folder).compactMap(Self.number(of:)).sorted()
        var index = SpoolIndex()
        var torn: [String] = []
        for number in numbers {
            let path = Self.path(folder, number)
            let reading = SpoolFrame.read(segment: try Files.read(path, limit: Self.segmentBytes + SpoolFrame.limit + 1_024))
            if reading.tornAt != nil { torn.append(path) }
            for (frame, offset) in reading.frames {
                switch frame {
                case .settled(let key): index.remove(key)
                case .result(let json):
                    guard let result = try? JSONDecoder().decode(AgentMessages.Result.self, from: Data(json)) else { continue }
                    index.add(result, segment: number, offset: offset, count: json.count)
                }
            }
        }
        (self.folder, self.limit, self.torn, recovered) = (folder, limit, torn, index.results.count)
        let next = (numbers.last ?? 0) + 1
        segment = Mutex(
            Segment(number: next, file: try Self.begin(folder, next), length: SpoolFrame.magic.count, oldest: numbers.first ?? next))
        state = Mutex(State(index: index))
        segment.withLock { sweep(&$0) }
    }

    var count: Int { state.withLock { $0.index.results.count } }
    var bytes: Int { state.withLock { $0.index.bytes } }
    /// How often the medium was waited for since the spool was opened.
    var flushes: Int { segment.withLock { $0.flushes } }
    var isFull: Bool { bytes >= limit }
    var held: [AgentMessages.Heartbeat.Held] { state.withLock { $0.index.results.values.map { .init(job: $0.job, token: $0.token) } } }

    /// Returns when the result is on the medium.
    func append(_ result: AgentMessages.Result) async throws(FileFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let json = try? encoder.encode(result), json.count < SpoolFrame.limit else {
            throw .overLimit(path: folder, limit: SpoolFrame.limit)
        }
        let frame = SpoolFrame.result(json: [UInt8](json)[...]).bytes
        let outcome = await withCheckedContinuation { continuation in
            enqueue(Waiting(result: result, frame: frame, continuation: continuation))
        }
        try outcome.get()
        news.ring()
    }

    /// What to send next, and its bytes as the elements of a JSON array. A result whose bytes cannot be read is left out.
    func batch(maximum: Int = 200, bytes: Int = 4 << 20) -> (results: [SpooledResult], json: [UInt8]) {
        let chosen = state.withLock { $0.index.batch(maximum: maximum, bytes: bytes) }
        var sent: [SpooledResult] = [], json: [UInt8] = []
        var files: [Int: OpenFile] = [:]
        for result in chosen {
            guard let file = files[result.segment] ?? (try? OpenFile(Self.path(folder, result.segment), for: .read)),
                let bytes = try? file.read(at: result.offset, count: result.count), bytes.count == result.count
            else { continue }
            files[result.segment] = file
            if !json.isEmpty { json.append(UInt8(ascii: ",")) }
            json += bytes
            sent.append(result)
        }
        return (sent, json)
    }

    /// The instance has these on disk, or never wants them: they are not sent again.
    func settle(_ keys: [String]) {
        let known = state.withLock { state in
            keys.filter { key in
                defer { state.index.remove(key) }
                return state.index.results[key] != nil
            }
        }
        guard !known.isEmpty else { return }
        enqueue(Waiting(result: nil, frame: known.flatMap { SpoolFrame.settled(key: $0).bytes }, continuation: nil))
    }

    /// Returns when all that was handed in before has been written.
    func flush() async {
        await withCheckedContinuation { continuation in disk.async { continuation.resume() } }
    }

    private func enqueue(_ item: Waiting) {
        let mustStart = state.withLock { state in
            state.waiting.append(item)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if mustStart { disk.async { self.writeWaiting() } }
    }

    /// Writes and flushes until nobody waits. Runs on `disk` only.
    private func writeWaiting() {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isWriting = false }
                return state.waiting
            }
            if batch.isEmpty { return }
            segment.withLock { segment in
                let outcome = write(batch, to: &segment)
                for item in batch { item.continuation?.resume(returning: outcome) }
                sweep(&segment)
            }
        }
    }

    private func write(_ batch: [Waiting], to segment: inout Segment) -> Result<Void, FileFailure> {
        let start = segment.length
        do throws(FileFailure) {
            try segment.file.write(batch.flatMap(\.frame))
            if batch.contains(where: { $0.result != nil }) {
                try segment.file.synchronize()
                segment.flushes += 1
            }
        } catch {
            // Half a frame may be there: nothing may follow it. Where it cannot be cut off, the segment ends here.
            if (try? segment.file.truncate(to: start)) == nil { try? advance(&segment) }
            return .failure(error)
        }
        var position = start
        state.withLock { state in
            for item in batch {
                if let result = item.result {
                    let head = SpoolFrame.headerBytes + 1
                    state.index.add(result, segment: segment.number, offset: position + head, count: item.frame.count - head)
                }
                position += item.frame.count
            }
        }
        segment.length = position
        return .success(())
    }

    /// Begins a new segment when this one is long, or when nothing in it is needed and it is worth it; deletes those before the oldest
    /// one that is needed. Failing to is no harm: it is tried again with the next write.
    private func sweep(_ segment: inout Segment) {
        let needed = state.withLock { $0.index.oldestSegment }
        if segment.length > (needed == nil ? Self.segmentBytes / 4 : Self.segmentBytes) { try? advance(&segment) }
        while segment.oldest < min(needed ?? segment.number, segment.number) {
            guard (try? Files.remove(Self.path(folder, segment.oldest))) != nil else { return }
            segment.oldest += 1
        }
    }

    private func advance(_ segment: inout Segment) throws(FileFailure) {
        let file = try Self.begin(folder, segment.number + 1)
        (segment.number, segment.file, segment.length) = (segment.number + 1, file, SpoolFrame.magic.count)
    }

    private static func begin(_ folder: String, _ number: Int) throws(FileFailure) -> OpenFile {
        let file = try OpenFile(path(folder, number), for: .append)
        try file.write(SpoolFrame.magic)
        try file.synchronize()
        try OpenFile(folder, for: .directory).synchronize()
        return file
    }

    private static func path(_ folder: String, _ number: Int) -> String {
        let digits = String(number)
        return folder + "/results." + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".journal"
    }

    private static func number(of name: String) -> Int? {
        guard name.hasPrefix("results."), name.hasSuffix(".journal") else { return nil }
        return Int(name.dropFirst("results.".count).dropLast(".journal".count))
    }
}
