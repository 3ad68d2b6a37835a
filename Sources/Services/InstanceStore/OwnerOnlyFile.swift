import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that only the instance's user may read: keys, passwords, the database.
package enum OwnerOnlyFile {
    /// Creates `path` and its parents; a directory made here has mode 0700.
    package static func prepareDirectory(_ path: String) throws(InstanceStoreError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .notAccessible(path: path, reason: reason(of: error))
        }
        guard access(path, W_OK | X_OK) == 0 else { throw .notAccessible(path: path, reason: systemReason()) }
    }

    /// Makes an empty file of mode 0600 unless there is one.
    package static func createIfMissing(_ path: String) throws(InstanceStoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notAccessible(path: path, reason: systemReason()) }
        close(descriptor)
    }

    /// The file's bytes; nil when there is none. Files over `limit` bytes are refused.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(InstanceStoreError) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            if errno == ENOENT || !FileManager.default.fileExists(atPath: path) { return nil }
            throw .notAccessible(path: path, reason: systemReason())
        }
        defer { try? handle.close() }
        do {
            let bytes = try handle.read(upToCount: limit + 1) ?? Data()
            guard bytes.count <= limit else { throw InstanceStoreError.notAccessible(path: path, reason: "larger than \(limit) bytes") }
            return Array(bytes)
        } catch let error as InstanceStoreError {
            throw error
        } catch {
            throw .notAccessible(path: path, reason: reason(of: error))
        }
    }

    /// Replaces `path` as a whole: readers see the old bytes or the new ones, also after a power cut.
    package static func write(_ bytes: [UInt8], to path: String) throws(InstanceStoreError) {
        let draft = path + ".new-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try writeNew(bytes, to: draft)
        guard rename(draft, path) == 0 else {
            let reason = systemReason()
            unlink(draft)
            throw .notAccessible(path: path, reason: reason)
        }
        syncDirectory(of: path)
    }

    /// As ``write(_:to:)``, but an existing file stays as it is; false then.
    package static func writeUnlessPresent(_ bytes: [UInt8], to path: String) throws(InstanceStoreError) -> Bool {
        let draft = path + ".new-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try writeNew(bytes, to: draft)
        defer { unlink(draft) }
        if link(draft, path) == 0 {
            syncDirectory(of: path)
            return true
        }
        guard errno == EEXIST else { throw .notAccessible(path: path, reason: systemReason()) }
        return false
    }

    private static func writeNew(_ bytes: [UInt8], to path: String) throws(InstanceStoreError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notAccessible(path: path, reason: systemReason()) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        let synced = written == bytes.count && fsync(descriptor) == 0
        let reason = systemReason()
        close(descriptor)
        guard synced else {
            unlink(path)
            throw .notAccessible(path: path, reason: reason)
        }
    }

    private static func syncDirectory(of path: String) {
        let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let descriptor = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func systemReason() -> String { String(cString: strerror(errno)) }

    private static func reason(of error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        if let underlying, underlying.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(underlying.code))) }
        return (error as NSError).localizedDescription
    }
}
