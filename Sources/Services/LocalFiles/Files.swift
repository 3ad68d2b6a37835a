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
        let like = exists(target) ? try OpenFile(target, for: .read).ownership() : nil
        try stage(bytes, beside: target, like: like, durable: durable) { staged throws(FileFailure) in
            guard rename(staged, target) == 0 else { throw OpenFile.failure(target, "replace") }
        }
    }

    /// Makes a file that must not be there yet, mode 0600 or that of `like`: it appears complete or not at all. Throws `exists`.
    package static func create(
        _ path: String, with bytes: [UInt8], like: OpenFile.Ownership? = nil, durable: Bool = true
    ) throws(FileFailure) {
        try stage(bytes, beside: path, like: like, durable: durable) { staged throws(FileFailure) in
            // A link, unlike a renaming, never takes the place of another file.
            let linked = link(staged, path) == 0
            let failure = linked ? nil : errno == EEXIST ? FileFailure.exists(path: path) : OpenFile.failure(path, "create")
            unlink(staged)
            if let failure { throw failure }
        }
    }

    /// Leaves the bytes beside the file under a dated name, with its owner and mode, and returns that name.
    package static func keepBackup(of path: String, bytes: [UInt8]) throws(FileFailure) -> String {
        let like = try OpenFile(path, for: .read).ownership()
        let stamp = path + "." + FileStamp.now()
        // Two backups of one second are two files.
        for attempt in 1...100 {
            let backup = stamp + (attempt == 1 ? "" : "-\(attempt)") + ".bak"
            do throws(FileFailure) {
                try create(backup, with: bytes, like: like)
                return backup
            } catch {
                guard case .exists = error else { throw error }
            }
        }
        throw .exists(path: stamp + ".bak")
    }

    /// Replaces the file as `replace` does, and leaves the old bytes beside it under a dated name, which is returned.
    package static func replaceKeepingBackup(_ path: String, with bytes: [UInt8]) throws(FileFailure) -> String {
        let backup = try keepBackup(of: path, bytes: read(path, limit: backupLimit))
        try replace(path, with: bytes)
        return backup
    }
    static let backupLimit = 256 << 20

    /// Writes a complete file beside `target` and hands its name to `place`. Whatever goes wrong, nothing of it stays; what went wrong is
    /// told of `target`, since nobody knows the other name.
    private static func stage(
        _ bytes: [UInt8], beside target: String, like: OpenFile.Ownership?, durable: Bool,
        place: (String) throws(FileFailure) -> Void
    ) throws(FileFailure) {
        let folder = parent(of: target)
        var generator = SystemRandomNumberGenerator()
        let staged = folder + "/." + name(of: target) + ".new-" + String(generator.next() as UInt64, radix: 16)
        do throws(FileFailure) {
            let file = try OpenFile(staged, for: .createNew)
            if let like { try file.take(like) }
            try file.write(bytes)
            if durable { try file.synchronize() }
            try place(staged)
        } catch {
            unlink(staged)
            throw error.told(of: target)
        }
        if durable { try OpenFile(folder, for: .directory).synchronize() }
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

    /// From the root, without `.` and `..`: what is printed works from any folder. Symbolic links stay as they are.
    package static func absolute(_ path: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : workingFolder + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static var workingFolder: String {
        guard let folder = getcwd(nil, 0) else { return "" }
        defer { free(folder) }
        return String(cString: folder)
    }

    /// The program that this process runs.
    package static var executable: String { resolved("/proc/self/exe") }

    package static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The file that a symbolic link leads to; the path itself when there is none.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}

extension Files {
    /// Another one when the file was changed or replaced; nil when there is none.
    package static func stamp(_ path: String) -> String? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        #if canImport(Darwin)
            let changed = facts.st_mtimespec
        #else
            let changed = facts.st_mtim
        #endif
        return "\(facts.st_ino) \(facts.st_size) \(changed.tv_sec).\(changed.tv_nsec)"
    }

    /// Octets, and seconds since 1970 of the last change of the content; nil when there is no such file.
    package static func sizeAndChange(_ path: String) -> (size: Int, changed: Int)? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        #if canImport(Darwin)
            return (Int(facts.st_size), facts.st_mtimespec.tv_sec)
        #else
            return (Int(facts.st_size), facts.st_mtim.tv_sec)
        #endif
    }
}
