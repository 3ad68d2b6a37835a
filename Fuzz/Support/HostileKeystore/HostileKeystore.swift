public import JavaKeystore

/// What every fuzz target for a keystore format does with its bytes.
public enum HostileKeystore {
    /// Little work for a key, so that inputs and not derivations take the time.
    private static let limits: KeystoreLimits = {
        var limits = KeystoreLimits()
        (limits.iterations, limits.totalIterations, limits.scryptMemory, limits.scryptBlockSize) = (300, 600, 1 << 16, 8)
        return limits
    }()
    private static let password = KeystorePassword("changeit")

    /// Reads with and without a password: without one digests are not checked, so that mutated bytes reach the parser. Opens what keys
    /// there are. A store that can be written is the same after it.
    public static func tryReading(_ bytes: [UInt8], as format: KeystoreFormat) {
        let options = KeystoreReadingOptions(format: format, limits: limits)
        _ = try? Keystore.read(bytes, password: password, options: options)
        guard let reading = try? Keystore.read(bytes, password: nil, options: options) else { return }
        for entry in reading.keystore.entries.prefix(4) {
            switch entry.content {
            case .privateKey(let key, let chain):
                _ = try? key.open(password: password, limits: limits)
                for certificate in chain.prefix(4) { _ = try? certificate.outline() }
            case .trustedCertificate(let certificate): _ = try? certificate.outline()
            case .secretKey(let key): _ = try? key.open(password: password, limits: limits)
            }
        }
        // Formats whose writing derives no key.
        guard format == .jks || format == .jceks, let written = try? reading.keystore.write(reading.settings, password: password) else {
            return
        }
        let again = try? Keystore.read(written, password: password)
        precondition(again?.keystore == reading.keystore, "a store changed by being written")
    }
}
