/// In which format a store is written, and how it is protected there.
public enum KeystoreSettings: Hashable, Sendable {
    case jks
    /// Iterations of a key's derivation, each of two MD5: 10,000 to 5,000,000 (`jdk.jceks.iterationCount`).
    case jceks(iterations: Int)
    case pkcs12(PKCS12.Settings)
    case bcfks(BCFKS.Settings)
    /// Read only.
    case bks, uber

    /// What the format's own tools write today.
    public static func standard(for format: KeystoreFormat) -> KeystoreSettings {
        switch format {
        case .jks: .jks
        case .jceks: .jceks(iterations: 200_000)
        case .pkcs12: .pkcs12(.standard)
        case .bcfks: .bcfks(.standard)
        case .bks: .bks
        case .uber: .uber
        }
    }

    public var format: KeystoreFormat {
        switch self {
        case .jks: .jks
        case .jceks: .jceks
        case .pkcs12: .pkcs12
        case .bcfks: .bcfks
        case .bks: .bks
        case .uber: .uber
        }
    }
}

extension Keystore {
    /// The file's bytes. Aliases are written as they are; which of them Java reaches: `KeystoreFormat.foldsCase`.
    ///
    /// `password` nil is allowed for PKCS#12 with neither encryption nor MAC. Keys must be closed in the format's own way: those that come
    /// from another format go through `converted(to:)` first. Throws `cannotHold`, `aliasTooLong`, `passwordMissing`, `readOnlyFormat`, and
    /// `overLimit` for what no length field can hold.
    public func write(_ settings: KeystoreSettings, password: KeystorePassword?) throws(KeystoreError) -> [UInt8] {
        switch settings {
        case .jks, .jceks:
            guard let password else { throw .passwordMissing(field: "store") }
            return if case .jks = settings { try JKS.write(self, password: password) } else { try JCEKS.write(self, password: password) }
        case .pkcs12(let settings): return try PKCS12.write(self, settings: settings, password: password)
        case .bcfks(let settings):
            guard let password else { throw .passwordMissing(field: "store") }
            return try BCFKS.write(self, settings: settings, password: password)
        case .bks, .uber: throw .readOnlyFormat(settings.format)
        }
    }
}
