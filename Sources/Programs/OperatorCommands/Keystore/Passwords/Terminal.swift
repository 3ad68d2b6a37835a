import LocalFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The person at the keyboard, whatever stdin and stdout are connected to.
enum Terminal {
    /// Somebody reads what we print and can answer.
    static var isThere: Bool {
        guard isatty(STDERR_FILENO) == 1 else { return false }
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    /// Asks for a line that is not shown. nil when there is no terminal, or the answer is cut off with Ctrl-C or Ctrl-D.
    static func askSecretly(_ question: String) -> String? { ask(question, echo: false) }

    /// Only `y` and `yes` are a yes.
    static func confirms(_ question: String) -> Bool {
        ["y", "yes"].contains((ask(question + " [y/N] ", echo: true) ?? "").lowercased())
    }

    private static func ask(_ question: String, echo: Bool) -> String? {
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        StandardStream.write(Array(question.utf8), to: descriptor)
        guard !echo else { return line(descriptor) }

        var before = termios()
        guard tcgetattr(descriptor, &before) == 0 else { return nil }
        var silent = before
        // Ctrl-C comes as a character that ends the line, so that the terminal is never left without echo.
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
        withUnsafeMutableBytes(of: &silent.c_cc) { $0[Int(VEOL)] = interrupt }
        guard tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else { return nil }
        let answer = LineReader.line(of: descriptor, limit: 4_096, endings: [0x0A, interrupt])
        tcsetattr(descriptor, TCSAFLUSH, &before)
        StandardStream.write([0x0A], to: descriptor)
        if answer?.utf8.last == interrupt {
            // As if it had been sent: whoever interrupts means the whole command.
            raise(SIGINT)
            return nil
        }
        return answer
    }
    /// Ctrl-C.
    private static let interrupt: UInt8 = 3

    private static func line(_ descriptor: Int32) -> String? { LineReader.line(of: descriptor, limit: 4_096) }
}

/// Takes lines from a descriptor byte by byte: what follows stays there for whoever asks next.
enum LineReader {
    /// Without its end, LF or CR LF; what stands before the end of the input counts as a line. nil at the end, for a line that is longer than
    /// `limit` and for one that is not UTF-8.
    static func line(of descriptor: Int32, limit: Int, endings: Set<UInt8> = [0x0A]) -> String? {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            var byte: UInt8 = 0
            let count = read(descriptor, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            if count < 0 || (count == 0 && bytes.isEmpty) { return nil }
            if count == 1, byte != 0x0A { bytes.append(byte) }
            if count == 0 || endings.contains(byte) { return FirstLine.of(bytes) }
        }
        return nil
    }
}

/// The first line of a password file.
enum FirstLine {
    /// Up to LF or CR LF, without a byte order mark, which editors on Windows put before text. nil when it is not UTF-8.
    static func of(_ bytes: [UInt8]) -> String? {
        var line = bytes.prefix { $0 != 0x0A }
        if line.last == 0x0D { line.removeLast() }
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return String(validating: line, as: UTF8.self)
    }

    static func ofPasswordFile(_ path: String) throws -> String {
        guard let bytes = try? Files.read(Files.absolute(path), limit: PasswordSource.sizeLimit), let line = of(bytes) else {
            throw CommandFailure(message: "The password file \(path) cannot be read.", exitCode: 3)
        }
        return line
    }
}
