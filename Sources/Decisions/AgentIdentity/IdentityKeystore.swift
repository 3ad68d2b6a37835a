public import JavaKeystore

public import struct Foundation.Date

/// Where the identity lives in a keystore. All of it is values: reading and replacing files is the caller's.
public enum IdentityKeystore {
    /// The vendor's alias; JKS holds it in lower case.
    public static let alias = "DefaultSecurityKeyPairHandle"

    /// A pair that has been made and is not the agent's yet.
    public static let candidateAlias = "midguard-candidate"
    /// The pair before this one: it opens what was sealed before. The entry's time is that of the replacement.
    public static let previousAlias = "midguard-previous"

    /// The pair's key once more, with a certificate by which it logs in to the instance (mutual TLS).
    public static let clientAlias = "midguard-client"

    /// A pair that closes the secrets of config.xml and does nothing else. It stays when the agent's own is replaced.
    public static let configurationAlias = "midguard-config"

    /// The pair under the alias, as Java would find it. Every reason why there is none is an error of its own.
    public static func pair(
        in keystore: Keystore, password: KeystorePassword, alias: String = alias
    ) throws(IdentityError) -> IdentityKeyPair {
        guard let entry = keystore.entry(asJava: alias) else { throw .pairMissing(alias: alias) }
        guard case .privateKey(let key, let chain) = entry.content else { throw .entryHasNoKey(alias: entry.alias) }
        guard let certificate = chain.first else { throw .entryHasNoCertificate(alias: entry.alias) }
        let info: PrivateKeyInfo
        do {
            info = try key.open(password: password)
        } catch .keyPassword {
            throw .keyPassword(alias: entry.alias)
        } catch {
            throw .keystore(error)
        }
        return try IdentityKeyPair(privateKeyDER: info.der, certificateDER: certificate.der, issuersDER: chain.dropFirst().map(\.der))
    }

    /// The keystore with `pair` under the alias, in the place of an earlier one; all other entries are spared. The key is closed in the way
    /// of `settings`, with which the store must be written.
    public static func storing(
        _ pair: IdentityKeyPair, in keystore: Keystore, password: KeystorePassword, created: Date, settings: KeystoreSettings = .jks,
        alias: String = alias
    ) throws(IdentityError) -> Keystore {
        let key: ProtectedKey
        do throws(KeystoreError) {
            key = try .protecting(PrivateKeyInfo(der: pair.privateKeyPKCS8), password: password, in: settings)
        } catch { throw .keystore(error) }
        let chain = ([pair.certificateDER] + pair.issuersDER).map { StoredCertificate(der: $0) }
        return keystore.setting(asJava: .init(alias: alias, created: created, content: .privateKey(key, chain: chain)))
    }

    /// The candidate as the pair, and the pair as the previous one.
    public static func promoting(
        in keystore: Keystore, password: KeystorePassword, at time: Date, settings: KeystoreSettings
    ) throws(IdentityError) -> Keystore {
        let (old, new) = (
            try pair(in: keystore, password: password), try pair(in: keystore, password: password, alias: candidateAlias)
        )
        let kept = try storing(
            old, in: removing(candidateAlias, from: keystore), password: password, created: time, settings: settings, alias: previousAlias)
        return try storing(new, in: kept, password: password, created: time, settings: settings)
    }

    /// The same keystore when there is no such entry.
    public static func removing(_ alias: String, from keystore: Keystore) -> Keystore {
        guard let entry = keystore.entry(asJava: alias) else { return keystore }
        return (try? keystore.removing(alias: entry.alias)) ?? keystore
    }
}
