package import AgentConfiguration
import AgentIdentity
import JavaKeystore
import LocalFiles

/// What of config.xml is closed with a key of the keystore, opened for use; the file itself stays as it is.
package struct ConfigurationSecrets: Sendable {
    /// With all that could be opened in clear. Never to be written.
    package let opened: ConfigurationFile
    /// Names of those that say `encrypted:` still: they are a vendor agent's, or their key is gone.
    package let closed: [String]

    package init(_ configuration: ConfigurationFile, layout: HomeLayout) {
        var opened = configuration
        let encrypted = configuration.parameters.filter { $0.value.hasPrefix(SealedValue.mark) }
        if encrypted.contains(where: { SealedValue.isSealed($0.value) }), let pair = Self.pair(configuration, layout) {
            for parameter in encrypted {
                guard let value = try? SealedValue.open(parameter.value, of: parameter.name, with: pair) else { continue }
                opened = (try? opened.setting(parameter.name, to: value)) ?? opened
            }
        }
        self.opened = opened
        // Clear text behind a stray mark is another matter, and its remark says so.
        closed = opened.parameters.filter { Self.isClosed($0.value) }.map(\.name)
    }

    /// Whether a value is cipher text.
    static func isClosed(_ value: String) -> Bool { SealedValue.isSealed(value) || isVendorEncrypted(value) }

    /// Blocks of cipher text: 16 octets or a multiple.
    private static func isVendorEncrypted(_ value: String) -> Bool {
        guard value.hasPrefix(SealedValue.mark) else { return false }
        let digits = value.dropFirst(SealedValue.mark.count).utf8
        let isBase64 = digits.allSatisfy { (48...57).contains($0) || (65...90).contains($0 & 0xDF) || "+/=".utf8.contains($0) }
        return isBase64 && !digits.isEmpty && digits.count % 4 == 0
    }

    private static func pair(_ configuration: ConfigurationFile, _ layout: HomeLayout) -> IdentityKeyPair? {
        guard let midID = configuration.value("keypairs.mid_id"), !midID.isEmpty,
            let bytes = try? Files.read(AgentHome.keystore(layout), limit: IdentityCustody.sizeLimit),
            let stored = try? Keystore.read(bytes, password: KeystorePassword(midID))
        else { return nil }
        return try? IdentityKeystore.pair(
            in: stored.keystore, password: KeystorePassword(midID), alias: IdentityKeystore.configurationAlias)
    }
}
