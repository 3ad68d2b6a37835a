import Crypto

/// The key derivation of Sun's PBEWithMD5AndTripleDES, which protects the keys in JCEKS files. It is in no standard: what is done here
/// was compared with SunJCE.
package enum IteratedMD5 {
    /// 32 bytes: the Triple DES key, then the initialization vector. `salt` has 8 bytes; throws `unusableSize` for others and
    /// `unusableIterations` below 1. `password` is what Java hashes, one byte per character.
    ///
    /// The two halves of the salt make two chains of hashes; equal halves would make both the same, so Java changes the first. Releases
    /// before that was put right made a slip in it: `swappedAsOldJDK` repeats the slip. It matters for equal halves only.
    package static func derive(
        salt: [UInt8], password: [UInt8], iterations: Int, swappedAsOldJDK: Bool = false
    ) throws(LegacyCryptographyError) -> [UInt8] {
        guard salt.count == 8 else { throw .unusableSize(of: .salt, bytes: salt.count) }
        guard iterations >= 1 else { throw .unusableIterations(iterations) }
        var first = Array(salt[..<4])
        let second = Array(salt[4...])
        if first == second {
            first = swappedAsOldJDK ? [first[3], first[0], first[1], first[3]] : first.reversed()
        }
        // The first hash is over 4 bytes and the password, the others over 16 and the password.
        var chains = MD5Chains(digest(of: first, password), digest(of: second, password), suffix: password)
        return chains.advanced(rounds: iterations - 1)
    }

    private static func digest(of half: [UInt8], _ password: [UInt8]) -> [UInt8] {
        var function = Insecure.MD5()
        function.update(data: half)
        function.update(data: password)
        return Array(function.finalize())
    }
}
