import Counterparts
import Crypto
import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

/// Stores of every format that we write, each with keys of every kind, and what Java sees in them.
struct KeystoreMatrix: Sendable {
    /// One entry of every store.
    struct Item: Sendable {
        enum Content: Sendable {
            case privateKey(PrivateKeyInfo, chain: [StoredCertificate])
            case secretKey(SecretKey)
            case trustedCertificate(StoredCertificate)
        }
        /// As a format that does not fold case has it.
        var alias: String
        /// Milliseconds since 1970; no two items have the same.
        var created: Int64
        var content: Content
    }

    enum Passwords: Sendable, CaseIterable {
        /// Keys have the store's.
        case one
        /// Keys have another than the store.
        case separate
        /// Beyond ASCII wherever Java can use it.
        case unicode

        var store: String { self == .unicode ? "pässwörd-€-😀" : "Secret-0-pass" }
        func key(in format: KeystoreFormat) -> String {
            switch (self, format) {
            case (.one, _): store
            // Bouncy Castle opens a PKCS#12 store and its keys with one password, and the JDK opens none of these.
            case (.unicode, .pkcs12): store
            case (.unicode, .jks), (.unicode, .bcfks): "schlüssel-根"
            case (.unicode, _), (.separate, _): "Other-1-pass"
            }
        }
    }

    /// One store, as one reader sees it.
    struct Cell: Sendable, Hashable, CustomTestStringConvertible {
        var format: KeystoreFormat
        /// The format of the store that this one was converted from; nil: it was put together afresh.
        var source: KeystoreFormat?
        var passwords: Passwords
        var reader: KeystoreProbe.Provider

        var file: String { "\(source.map { "\($0.rawValue)-to-" } ?? "")\(format.rawValue)-\(passwords)" }
        var testDescription: String { "\(file) in \(reader == .jdk ? "the JDK" : "Bouncy Castle")" }
        /// What Java makes of an item's alias that came this way.
        func alias(of item: Item) -> String { format.settingAlias(source?.settingAlias(item.alias) ?? item.alias) }
        /// Whether the store was, on its way, of `format`.
        func passed(_ format: KeystoreFormat) -> Bool { self.format == format || source == format }
    }

    static let formats: [KeystoreFormat] = [.jks, .jceks, .pkcs12, .bcfks]
    static func readers(of format: KeystoreFormat) -> [KeystoreProbe.Provider] {
        switch format {
        case .pkcs12: [.jdk, .bouncyCastle]
        case .bcfks, .bks, .uber: [.bouncyCastle]
        case .jks, .jceks: [.jdk]
        }
    }
    static let cells: [Cell] = formats.flatMap { format in
        let fresh = Passwords.allCases.map { (source: KeystoreFormat?.none, passwords: $0) }
        let converted = formats.filter { $0 != format }.flatMap { source in
            [Passwords.one, .separate].map { (source: KeystoreFormat?.some(source), passwords: $0) }
        }
        return (fresh + converted).flatMap { store in
            readers(of: format).map { Cell(format: format, source: store.source, passwords: store.passwords, reader: $0) }
        }
    }

    /// The matrix, made at the first call.
    static func made() throws -> KeystoreMatrix { try result.get() }
    private static let result = Result { try KeystoreMatrix() }

    let items: [Item]
    let answers: [Cell: [KeystoreProbe.Answer]]

    private init() throws {
        let folder = try TemporaryFolder()
        items = try Self.makeItems()
        for passwords in Passwords.allCases {
            for source in Self.formats {
                let settings = Self.settings(source, passwords)
                let bytes = try Self.fresh(items, settings, passwords).write(settings, password: KeystorePassword(passwords.store))
                try folder.write(bytes, to: Cell(format: source, passwords: passwords, reader: .jdk).file)
                for format in Self.formats where format != source && passwords != .unicode {
                    let cell = Cell(format: format, source: source, passwords: passwords, reader: .jdk)
                    try folder.write(Self.converted(bytes, of: items, to: cell), to: cell.file)
                }
            }
        }
        let requests = Self.cells.map { cell in
            KeystoreProbe.Request(
                file: cell.file, type: cell.format.javaName, password: cell.passwords.store, provider: cell.reader,
                // The store's first: it must not open a key that has one of its own.
                keyPasswords: [cell.passwords.store, cell.passwords.key(in: cell.source ?? cell.format)])
        }
        answers = Dictionary(uniqueKeysWithValues: zip(Self.cells, try KeystoreProbe().answers(to: requests, in: folder)))
    }

    // MARK: Stores

    /// What each format's own tools write; with fewer iterations in stores that are converted, whose keys are opened and closed many times.
    static func settings(_ format: KeystoreFormat, _ passwords: Passwords) -> KeystoreSettings {
        switch format {
        case .jceks where passwords != .unicode: return .jceks(iterations: 10_000)
        case .pkcs12:
            var settings = PKCS12.Settings.standard
            settings.allowsNonASCIIPasswords = passwords == .unicode
            return .pkcs12(settings)
        case .bcfks where passwords != .unicode:
            var settings = BCFKS.Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1000))
            settings.keyIterations = 1000
            return .bcfks(settings)
        case .jks, .jceks, .bcfks, .bks, .uber: return .standard(for: format)
        }
    }

    /// Without the secret keys in the one format that holds none.
    private static func fresh(_ items: [Item], _ settings: KeystoreSettings, _ passwords: Passwords) throws -> Keystore {
        let format = settings.format
        let password = KeystorePassword(passwords.key(in: format))
        return Keystore(
            entries: try items.compactMap { item in
                let content: Keystore.Content
                switch item.content {
                case .privateKey(let key, let chain):
                    content = .privateKey(try .protecting(key, password: password, in: settings), chain: chain)
                case .secretKey(let key):
                    if format == .jks { return nil }
                    content = .secretKey(try .protecting(key, alias: item.alias, password: password, in: settings))
                case .trustedCertificate(let certificate): content = .trustedCertificate(certificate)
                }
                return Keystore.Entry(
                    aliasUnits: Array(format.settingAlias(item.alias).utf16), createdMilliseconds: item.created, content: content)
            })
    }

    /// The store that `cell` means, from the bytes of its source.
    private static func converted(_ bytes: [UInt8], of items: [Item], to cell: Cell) throws -> [UInt8] {
        let password = KeystorePassword(cell.passwords.store)
        let reading = try Keystore.read(bytes, password: password)
        let keyPassword = KeystorePassword(cell.passwords.key(in: reading.format))
        let own = Dictionary(uniqueKeysWithValues: reading.keystore.entries.map { ($0.alias, keyPassword) })
        let settings = settings(cell.format, cell.passwords)
        let secrets = items.filter(\.isSecretKey).map { KeystoreLoss(alias: reading.format.settingAlias($0.alias), kind: .secretKey) }
        let folded = items.filter { cell.format.settingAlias($0.alias) != $0.alias }.map { KeystoreLoss(alias: $0.alias, kind: .aliasCase) }
        let expected = (cell.format == .jks ? secrets : []) + (cell.format.foldsCase && !reading.format.foldsCase ? folded : [])
        let (keystore, losses) = try reading.keystore.converted(
            KeystoreConversion(
                from: reading.format, to: settings, password: password, keyPasswords: own, dropping: [.secretKey, .aliasCase]))
        guard Set(losses) == Set(expected), losses.count == expected.count else {
            throw CounterpartFailure("\(cell.testDescription) loses \(losses), not \(expected)")
        }
        return try keystore.write(settings, password: password)
    }

    // MARK: Keys

    /// Every kind of key that we make, a DSA key of keytool's, a chain of OpenSSL's, secret keys and certificates.
    private static func makeItems() throws -> [Item] {
        var contents: [(alias: String, content: Item.Content)] = []
        for kind in GeneratedKey.allCases {
            let key = try PrivateKeyInfo.generate(kind)
            let certificate = try SelfSignedCertificate(
                subject: DistinguishedName("CN=\(kind), O=Tests"), notBefore: 1_600_000_000, notAfter: 4_000_000_000
            ).make(key: key)
            contents.append(("\(kind)-äß-ключ-根-😀", .privateKey(key, chain: [certificate])))
        }
        contents.append(("dsa", try dsaKey()))
        let material = try PKCS12Material()
        contents.append(("kette", .privateKey(material.key, chain: [material.leafOfFirst, material.first])))
        for (algorithm, bits) in [("AES", 128), ("AES", 192), ("AES", 256), ("HmacSHA1", 160), ("HmacSHA256", 256), ("HmacSHA512", 512)] {
            let key = try SecretKey.generate(algorithm: algorithm, bits: bits)
            contents.append(("\(algorithm.lowercased())-\(bits)-geheim-äöü", .secretKey(key)))
        }
        contents.append(("Wurzel-ÄÖÜ-根", .trustedCertificate(material.second)))
        contents.append(("plain root", .trustedCertificate(material.plain)))
        return contents.enumerated().map { index, row in
            Item(alias: row.alias, created: 1_603_732_292_123 + 1001 * Int64(index), content: row.content)
        }
    }

    private static func dsaKey() throws -> Item.Content {
        let folder = try TemporaryFolder()
        let password = Passwords.one.store
        try Counterpart.keytool.run(
            ["-genkeypair", "-alias", "dsa", "-keyalg", "DSA", "-keysize", "2048", "-dname", "CN=dsa", "-validity", "9999"]
                + ["-keystore", "dsa.p12", "-storepass", password], in: folder)
        let store = try Keystore.read(folder.read("dsa.p12"), password: KeystorePassword(password)).keystore
        guard case .privateKey(let key, let chain)? = store.entries.first?.content else { throw CounterpartFailure("keytool made no key") }
        return .privateKey(try key.open(password: KeystorePassword(password)), chain: chain)
    }
}

extension KeystoreMatrix.Item {
    var isSecretKey: Bool { if case .secretKey = content { true } else { false } }
    var isTrustedCertificate: Bool { if case .trustedCertificate = content { true } else { false } }
    var isHMAC: Bool { if case .secretKey(let key) = content { key.algorithm.hasPrefix("Hmac") } else { false } }
    var isPrivateKey: Bool { !isSecretKey && !isTrustedCertificate }
    var isEllipticCurve: Bool {
        if case .privateKey(let key, _) = content, case .ellipticCurve = key.algorithm { true } else { false }
    }
}
