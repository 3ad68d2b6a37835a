import Crypto
import LegacyCryptography

/// Bouncy Castle's own formats BKS and UBER (`org.bouncycastle.jcajce.provider.keystore.bc.BcKeyStoreSpi`), read only. All integers are
/// big-endian:
///
///     version 1 or 2 · length, salt · iterations, then
///     BKS:  entries · 0 · HMAC-SHA1 over both of them
///     UBER: Twofish-CBC under the password (entries · 0 · SHA-1 over both of them)
///
/// Nothing in the beginning tells the two apart, so both are tried.
enum BKS {
    /// As `Keystore.read`, for these two formats. Without a password, or with an empty one, the MAC of BKS is not checked, as in Java.
    /// Version 1 of BKS takes two bytes of its MAC's key (CVE-2018-5382): `verified` means little there.
    ///
    /// Throws `integrity` for a wrong password or altered bytes, and `passwordMissing` for UBER when none was given.
    static func read(_ bytes: [UInt8], password: KeystorePassword?, options: KeystoreReadingOptions) throws(KeystoreError)
        -> KeystoreReading
    {
        var budget = WorkBudget(options.limits)
        var reader = ByteReader(bytes[...])
        let header = try BouncyCastleHeader(&reader)
        switch options.format {
        case .uber: return try readUBER(reader, header, password: password, budget: &budget)
        case .bks: return try readBKS(reader, header, password: password, budget: &budget)
        default: break
        }
        do {
            let reading = try readBKS(reader, header, password: password, budget: &budget)
            // Cipher text that begins with a zero looks like a store without entries while no MAC is checked.
            let isDoubtful = reading.integrity == .notChecked && reading.trailingBytes > 0
            guard isDoubtful, let uber = try? readUBER(reader, header, password: password, budget: &budget) else { return reading }
            return uber
        } catch {
            do {
                return try readUBER(reader, header, password: password, budget: &budget)
            } catch let errorAsUBER {
                // Entries begin with a small number; where there is none, it has to be cipher text.
                let mayBeBKS = reader.rest.first.map { $0 <= BouncyCastleEntries.Kind.last } ?? true
                throw mayBeBKS ? error : errorAsUBER
            }
        }
    }

    private static func readBKS(
        _ body: ByteReader, _ header: BouncyCastleHeader, password: KeystorePassword?, budget: inout WorkBudget
    ) throws(KeystoreError) -> KeystoreReading {
        var reader = body
        let gathered = try BouncyCastleEntries.read(from: &reader)
        let covered = body.rest[..<reader.offset]
        let mac = try reader.take(Insecure.SHA1.byteCount, of: "MAC")
        let isChecked = password.map { !$0.isEmpty } ?? false
        if let password, isChecked {
            // Version 1 asks for twenty bits where it means bytes.
            let length = header.version == 1 ? 2 : Insecure.SHA1.byteCount
            var key = try header.derive(.mac, count: length, password: password, budget: &budget)
            defer { key.wipe() }
            let expected = HMAC<Insecure.SHA1>.authenticationCode(for: covered, using: SymmetricKey(data: key))
            guard equalInConstantTime(mac, Array(expected)) else { throw .integrity }
        }
        return KeystoreReading(
            keystore: Keystore(entries: gathered.entries), format: .bks, integrity: isChecked ? .verified : .notChecked, settings: .bks,
            unseen: gathered.unseen, trailingBytes: reader.rest.count)
    }

    private static func readUBER(
        _ body: ByteReader, _ header: BouncyCastleHeader, password: KeystorePassword?, budget: inout WorkBudget
    ) throws(KeystoreError) -> KeystoreReading {
        let sealed = body.rest
        guard !sealed.isEmpty, sealed.count.isMultiple(of: 16) else { throw .truncated(field: "encrypted entries", offset: body.offset) }
        let wrong: KeystoreError = password == nil ? .passwordMissing(field: "store") : .integrity
        let password = password ?? KeystorePassword("")
        let padded = try header.decrypt(sealed, password: password, keyLength: 32, blockSize: 16, budget: &budget, with: Twofish.decryptCBC)
        guard let clear = PKCS7Padding.remove(from: padded, blockSize: 16), clear.count >= Insecure.SHA1.byteCount else { throw wrong }
        let covered = clear.dropLast(Insecure.SHA1.byteCount)
        guard equalInConstantTime(clear.suffix(Insecure.SHA1.byteCount), Array(Insecure.SHA1.hash(data: covered))) else { throw wrong }
        var reader = ByteReader(covered)
        let gathered = try BouncyCastleEntries.read(from: &reader)
        guard reader.rest.isEmpty else { throw .malformed(field: "end of the entries", offset: reader.offset) }
        return KeystoreReading(
            keystore: Keystore(entries: gathered.entries), format: .uber, integrity: .verified, settings: .uber, unseen: gathered.unseen)
    }

    static func openPrivateKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> PrivateKeyInfo {
        try BouncyCastleKey(sealed: stored, password: password, budget: &budget).privateKey()
    }

    static func clearPrivateKey(_ stored: ArraySlice<UInt8>) throws(KeystoreError) -> PrivateKeyInfo {
        try BouncyCastleKey(clear: stored).privateKey()
    }

    static func openSecretKey(
        _ key: ProtectedSecretKey, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> SecretKey {
        if key.isInTheClear { return try BouncyCastleKey(clear: key.stored).secretKey() }
        return try BouncyCastleKey(sealed: key.stored, password: password, budget: &budget).secretKey()
    }
}
