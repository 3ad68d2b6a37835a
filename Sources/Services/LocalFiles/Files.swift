#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is done to files, by path.
package enum Files {
    package static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8] {
        try OpenFile(path, for: .read).readAll(limit: limit)
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Puts `bytes` in the place of a file: at every moment, and after a crash at any moment, a reader sees the old file or the new one.
    /// Owner, group and mode of the old file stay; a new one has mode 0600. A symbolic link stays, its target is replaced.
    ///
    /// - Parameter durable: whether to return only when it is on the medium; false for files that are rebuilt anyway.
    package static func replace(_ path: String, with bytes: [UInt8], durable: Bool = true) throws(FileFailure) {
        let target = resolved(path)
        let folder = parent(of: target)
        var generator = SystemRandomNumberGenerator()
        let staged = folder + "/." + name(of: target) + ".new-" + String(generator.next() as UInt64, radix: 16)
        do throws(FileFailure) {
            let file = try OpenFile(staged, for: .createNew)
            if exists(target) { try file.take(try OpenFile(target, for: .read).ownership()) }
            try file.write(bytes)
            if durable { try file.synchronize() }
            guard rename(staged, target) == 0 else { throw OpenFile.failure(target, "replace") }
        } catch {
            unlink(staged)
            throw error
        }
        if durable { try OpenFile(folder, for: .directory).synchronize() }
    }

    /// Replaces the file as `replace` does, and leaves the old bytes beside it under a dated name, which is returned.
    package static func replaceKeepingBackup(_ path: String, with bytes: [UInt8]) throws(FileFailure) -> String {
        let old = try read(path, limit: 256 << 20)
        let backup = path + "." + FileStamp.now() + ".bak"
        try replace(backup, with: old)
        try replace(path, with: bytes)
        return backup
    }

    /// Creates the folder and those above it, mode 0700; one that exists is left as it is.
    package static func makeFolder(_ path: String) throws(FileFailure) {
        if path.isEmpty || exists(path) { return }
        try makeFolder(parent(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw OpenFile.failure(path, "create folder") }
    }

    /// A file that is not there counts as removed.
    package static func remove(_ path: String) throws(FileFailure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw OpenFile.failure(path, "remove") }
    }

    package static func move(_ path: String, to other: String) throws(FileFailure) {
        guard rename(path, other) == 0 else { throw OpenFile.failure(path, "rename") }
    }

    /// Names in a folder, sorted; `.` and `..` left out.
    package static func list(_ folder: String) throws(FileFailure) -> [String] {
        guard let stream = opendir(folder) else { throw OpenFile.failure(folder, "list") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    package static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The file that a symbolic link leads to; the path itself when there is none.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
