import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A process of `midguard-javascript`: lines both ways over one socket. It is gone when nobody holds this any more.
final class ScriptProcess: Sendable {
    /// Without their line ends. They end when the process does, or sends a line that is too long.
    let lines: AsyncStream<[UInt8]>
    private let socket: Int32
    private let pid: Mutex<pid_t?>

    struct NotStarted: Error {
        /// Of `errno`.
        var reason: String
    }

    static let lineLimit = 32 << 20
    /// Lines that wait for us: who says more without an answer is no worker of ours any more.
    private static let waitingLimit = 64

    init(executable: String) throws(NotStarted) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw NotStarted(reason: String(cString: strerror(errno)))
        }
        let (ours, theirs) = (ends[0], ends[1])
        defer { close(theirs) }
        let child: pid_t
        do throws(NotStarted) { child = try Self.start(executable, with: theirs) } catch {
            close(ours)
            throw error
        }
        let (lines, continuation) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.waitingLimit))
        (self.lines, socket) = (lines, ours)
        pid = Mutex(child)
        // A thread of its own waits, with a descriptor of its own: there are as many as scripts that run at once.
        let own = fcntl(ours, F_DUPFD_CLOEXEC, 0)
        DispatchQueue(label: "script \(child)").async {
            Self.read(own) { line in if case .dropped = continuation.yield(line) { false } else { true } }
            close(own)
            continuation.finish()
        }
    }

    deinit {
        end()
        close(socket)
    }

    /// Sends a line; whether it went out shows in what comes back.
    func send(_ line: [UInt8]) {
        let bytes = line + [0x0A]
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Ends the process, whatever it does.
    func end() {
        let child = pid.withLock { pid in
            defer { pid = nil }
            return pid
        }
        guard let child else { return }
        kill(child, SIGKILL)
        // Whoever reads notices that nothing will come any more.
        shutdown(socket, Int32(SHUT_RDWR))
        var status: Int32 = 0
        waitpid(child, &status, 0)
    }

    /// With the socket as its input and output. Our other descriptors are closed on execution, and by the program once more.
    private static func start(_ executable: String, with socket: Int32) throws(NotStarted) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, 0)
        posix_spawn_file_actions_adddup2(&actions, socket, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var child: pid_t = 0
        let name = strdup(executable)
        defer { free(name) }
        let failure = posix_spawn(&child, executable, &actions, nil, [name, nil], [nil])
        guard failure == 0 else { throw NotStarted(reason: String(cString: strerror(failure))) }
        return child
    }

    private static func read(_ socket: Int32, _ give: ([UInt8]) -> Bool) {
        var buffer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0, buffer.count + count <= lineLimit else { return }
            var rest = chunk[..<count]
            while let end = rest.firstIndex(of: 0x0A) {
                guard give(buffer + rest[..<end]) else { return }
                buffer.removeAll(keepingCapacity: true)
                rest = rest[(end + 1)...]
            }
            buffer += rest
        }
    }
}
