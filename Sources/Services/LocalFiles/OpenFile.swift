#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file as the kernel hands it out, closed when its last owner lets go. Every call blocks: keep it off the concurrent executor when
/// the disk may be slow.
package final class OpenFile: Sendable {
    package enum Purpose {
        case read
        /// As `read`, open for writing too where that is allowed: some network file systems lock nothing else.
        case hold
        /// Fails when it exists already; mode 0600.
        case createNew
        /// Created when missing, mode 0600; every write goes to the end.
        case append
        /// Created when missing, never truncated.
        case update
        case directory
    }

    package let path: String
    private let descriptor: Int32

    package init(_ path: String, for purpose: Purpose) throws(FileFailure) {
        let flags =
            switch purpose {
            case .read: O_RDONLY | O_CLOEXEC
            case .hold: (access(path, W_OK) == 0 ? O_RDWR : O_RDONLY) | O_CLOEXEC
            case .createNew: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            case .append: O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
            case .update: O_RDWR | O_CREAT | O_CLOEXEC
            case .directory: O_RDONLY | O_DIRECTORY | O_CLOEXEC
            }
        self.path = path
        descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else {
            if purpose == .read || purpose == .hold { throw Self.failure(path, "read") }
            throw Self.failure(path, "write")
        }
    }

    deinit { close(descriptor) }

    package func write(_ bytes: [UInt8]) throws(FileFailure) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, "write") }
            sent += count
        }
    }

    /// `count` bytes from `offset`; fewer when the file ends before.
    package func read(at offset: Int, count: Int) throws(FileFailure) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(count, 65_536))
        while result.count < count {
            let wanted = min(chunk.count, count - result.count)
            let got = chunk.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, wanted, off_t(offset + result.count)) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw Self.failure(path, "read") }
            if got == 0 { break }
            result.append(contentsOf: chunk[..<got])
        }
        return result
    }

    package func readAll(limit: Int) throws(FileFailure) -> [UInt8] {
        let bytes = try read(at: 0, count: limit + 1)
        guard bytes.count <= limit else { throw .overLimit(path: path, limit: limit) }
        return bytes
    }

    /// Returns when all that was written is on the medium.
    package func synchronize() throws(FileFailure) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "fsync") }
    }

    package func truncate(to length: Int) throws(FileFailure) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw Self.failure(path, "truncate") }
    }

    /// An advisory lock that ends with this object or the process, however it dies.
    package func lock() throws(FileFailure) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .locked(path: path) : Self.failure(path, "lock")
        }
    }

    /// Waits for that lock, at most so long.
    package func lock(waiting seconds: Double) throws(FileFailure) {
        let pause: UInt32 = 20_000
        var left = Int(seconds * 1_000_000 / Double(pause))
        while true {
            do throws(FileFailure) { return try lock() } catch {
                guard case .locked = error, left > 0 else { throw error }
            }
            left -= 1
            usleep(pause)
        }
    }

    /// Whether the path still leads to this file: somebody may have put another in its place.
    package var isInPlace: Bool {
        var (mine, there) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
    }

    package func length() throws(FileFailure) -> Int {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw Self.failure(path, "seek") }
        return Int(end)
    }

    package struct Ownership: Equatable { package var user: UInt32, group: UInt32, mode: UInt32 }

    package func ownership() throws(FileFailure) -> Ownership {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw Self.failure(path, "stat") }
        return Ownership(user: facts.st_uid, group: facts.st_gid, mode: UInt32(facts.st_mode) & 0o7777)
    }

    /// Gives the file these owners and this mode; an owner that is already right is left alone.
    package func take(_ wanted: Ownership) throws(FileFailure) {
        let present = try ownership()
        if (present.user, present.group) != (wanted.user, wanted.group) {
            guard fchown(descriptor, wanted.user, wanted.group) == 0 else { throw .ownerNotKept(path: path) }
        }
        guard fchmod(descriptor, mode_t(wanted.mode)) == 0 else { throw Self.failure(path, "chmod") }
    }

    static func failure(_ path: String, _ operation: String) -> FileFailure {
        switch errno {
        case ENOENT: .missing(path: path)
        case EACCES, EPERM, EROFS: .notPermitted(path: path, operation: operation)
        case ENOSPC, EDQUOT: .diskFull(path: path)
        case let code: .failed(path: path, operation: operation, code: code)
        }
    }
}

/// The kernel's `write`, which a method of that name hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}
