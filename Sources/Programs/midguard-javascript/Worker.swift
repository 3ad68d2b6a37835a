import DuktapeShim
import Glibc

/// Runs one script for an agent, in a process of its own: what the script does to memory and time it does to this process only. It reads no
/// file and opens no connection; whatever it wants it asks the agent for, in lines of JSON on its standard input and output.
@main enum Worker {
    /// Of address space, in which libraries count, too.
    private static let memory = 512 << 20
    /// Of computing; how long it may wait is the agent's business.
    private static let seconds: UInt32 = 120
    /// Octets of a line.
    private static let lineLimit = 32 << 20

    static func main() {
        guard script_confine(memory, seconds) == 0 else { fail("its limits cannot be set") }
        let failed = Prelude.source.withCString { source in
            script_run(source, strlen(source), { text, length in Worker.ask(text, length) }, { text, length in Worker.say(text, length) })
        }
        exit(failed)
    }

    private static func fail(_ why: String) -> Never {
        let line = Array("midguard-javascript: \(why)\n".utf8)
        _ = write(2, line, line.count)
        exit(3)
    }

    /// A line to the agent.
    private static func say(_ text: UnsafePointer<CChar>?, _ length: Int) -> UnsafeMutablePointer<CChar>? {
        guard let text else { return nil }
        let line = UnsafeRawBufferPointer(start: text, count: length) + [0x0A]
        var sent = 0
        while sent < line.count {
            let count = line[sent...].withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
            guard count > 0 else { return nil }
            sent += count
        }
        return nil
    }

    /// A line to the agent, and the one that it answers with.
    private static func ask(_ text: UnsafePointer<CChar>?, _ length: Int) -> UnsafeMutablePointer<CChar>? {
        _ = say(text, length)
        guard let answer = readLine(), answer.utf8.count <= lineLimit else { return nil }
        return strdup(answer)
    }
}
