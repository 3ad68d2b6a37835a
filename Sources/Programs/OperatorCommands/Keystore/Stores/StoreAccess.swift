public import ArgumentParser
import Diagnosis
public import JavaKeystore
import LocalFiles
import StrictDER

extension KeystoreFormat: ExpressibleByArgument {
    /// Our names and Java's, in any case; `p12` and `pfx` too.
    public init?(argument: String) {
        let name = argument.lowercased()
        if let format = Self(rawValue: name) {
            self = format
        } else {
            switch name {
            case "p12", "pfx": self = .pkcs12
            case "caseexactjks": self = .jks
            case "bks-v1": self = .bks
            default: return nil
            }
        }
    }
}

/// Which store a command works on, and how it is opened.
struct StoreAccess: Sendable {
    var path: String
    /// Refuses every other type.
    var type: KeystoreFormat?
    var password: PasswordSource?
    /// What stands in front of `password-file` in the options of this store.
    var passwordPrefix = ""
    var keyPassword: PasswordSource?
    /// Nobody is asked, and nothing is checked.
    var withoutPassword = false
    /// The call, for a finding's fix to repeat.
    var call: [String]?

    /// Whether the work needs the password, or only gains from it.
    enum Need { case password, ifThere }

    init(
        _ path: String, type: KeystoreFormat? = nil, password: PasswordSource? = nil, passwordPrefix: String = "",
        keyPassword: PasswordSource? = nil, withoutPassword: Bool = false, call: [String]? = nil
    ) {
        self.path = Files.absolute(path)
        (self.type, self.password, self.passwordPrefix, self.keyPassword) = (type, password, passwordPrefix, keyPassword)
        (self.withoutPassword, self.call) = (withoutPassword, call)
    }

    var context: StoreContext {
        StoreContext(
            path: path, format: type, password: password?.words(prefix: "") ?? [], keyPassword: keyPassword?.words(prefix: "key-") ?? [],
            call: call)
    }

    func read() throws(StoreProblem) -> [UInt8] {
        do throws(FileFailure) { return try Files.read(path, limit: KeystoreLimits.standard.fileSize) } catch { throw StoreProblem(error) }
    }

    func open(_ need: Need) throws(StoreProblem) -> OpenStore {
        let bytes = try read()
        return try open(bytes, password: choosePassword(for: bytes, need))
    }

    /// The password of the store: from where the call says, else from whoever sits at the terminal. nil when there is none.
    func choosePassword(for bytes: [UInt8], _ need: Need) throws(StoreProblem) -> KeystorePassword? {
        if withoutPassword { return nil }
        if let password { return try password.read() }
        guard Terminal.isThere else { return nil }
        // A store that checks nothing and hides nothing has no use for a password.
        if need == .ifThere, let reading = try? Keystore.read(bytes, password: nil), reading.integrity == .absent, reading.unseen.isEmpty {
            return nil
        }
        let question = "Password of \(path)" + (need == .ifThere ? " (empty: do not check): " : ": ")
        return Terminal.askSecretly(question).flatMap { $0.isEmpty && need == .ifThere ? nil : KeystorePassword($0) }
    }

    func open(_ bytes: [UInt8], password: KeystorePassword?) throws(StoreProblem) -> OpenStore {
        var context = context
        context.format = KeystoreFormat.probe(bytes) ?? type
        guard !bytes.isEmpty else { throw StoreProblem(.storeEmpty(context), exitCode: 1) }
        do throws(KeystoreError) {
            let reading = try Keystore.read(bytes, password: password, options: KeystoreReadingOptions(format: type))
            context.format = reading.format
            return OpenStore(access: self, reading: reading, password: password, context: context)
        } catch {
            if Self.isMaterial(bytes, error) {
                context.format = nil
                throw StoreProblem(.unknownFormat(beginning: hexadecimal(bytes.prefix(16))), on: context)
            }
            throw StoreProblem(error, on: context)
        }
    }

    /// DER of a certificate or a key begins like PKCS#12 or BCFKS, and is neither.
    private static func isMaterial(_ bytes: [UInt8], _ error: KeystoreError) -> Bool {
        guard bytes.first == 0x30, error != .integrity else { return false }
        let (material, _) = KeyMaterial.salvage(bytes, password: nil)
        return !material.certificates.isEmpty || !material.privateKeys.isEmpty
    }
}

extension Finding {
    static func storeEmpty(_ store: StoreContext) -> Finding {
        Finding(
            id: "store.truncated", severity: .error, subject: store.path, summary: "\(store.path) is empty.",
            cause: "It was made and never written, or cut to nothing.", evidence: ["path": store.path, "offset": "0"],
            fixes: [.init("Restore it from a backup, or remove it and make a new one")],
            vendorMessages: ["Keystore file exists, but is empty: \(store.path)"])
    }
}

/// A store that was read.
struct OpenStore: Sendable {
    var access: StoreAccess
    var reading: KeystoreReading
    /// nil when none was given: nothing is checked then.
    var password: KeystorePassword?
    var context: StoreContext

    var path: String { access.path }
    var format: KeystoreFormat { reading.format }
    var entries: [Keystore.Entry] { reading.keystore.entries }

    func shown(_ entry: Keystore.Entry) -> String { format.shownAlias(of: entry) }

    func problem(_ error: KeystoreError) -> StoreProblem { StoreProblem(error, on: context) }

    /// The one entry that `alias` means. Throws when there is none, or when several differ only in case and none is spelt so.
    func entry(_ alias: String) throws(StoreProblem) -> Keystore.Entry {
        let found = reading.keystore.entries(named: alias, in: format)
        guard let last = found.last else {
            let nearest = Spelling.nearest(to: alias, in: entries.map(\.alias))
            throw StoreProblem(StoreFindings.noSuchEntry(alias, nearest: nearest, context), exitCode: 1)
        }
        let spellings = Set(found.map(\.aliasUnits))
        guard spellings.count == 1 else {
            throw StoreProblem(StoreFindings.noSuchEntry(alias, nearest: found.map(\.alias), context), exitCode: 1)
        }
        return last
    }

    /// What opens keys, the likeliest first.
    func keyPasswords() throws(StoreProblem) -> [KeystorePassword] {
        var passwords: [KeystorePassword] = []
        if let source = access.keyPassword { passwords.append(try source.read()) }
        if let password { passwords.append(password) }
        // Keys in the clear take any.
        return passwords.isEmpty ? [KeystorePassword("")] : passwords
    }
}

/// Finds what somebody probably meant.
enum Spelling {
    /// Up to three words within a third of the length of `word` in changes, nearest first.
    static func nearest(to word: String, in words: [String]) -> [String] {
        let wanted = Array(word.lowercased().utf8.prefix(64))
        let limit = max(1, (wanted.count + 1) / 3)
        let near = words.map { (word: $0, distance: distance(wanted, Array($0.lowercased().utf8.prefix(64)))) }.filter {
            $0.distance <= limit
        }
        return near.sorted { $0.distance < $1.distance }.prefix(3).map(\.word)
    }

    /// Levenshtein's: insertions, deletions and exchanges.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, octet) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 0..<right.count {
                let changed = diagonal + (octet == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
