/// The bytes that a password stands for, in the two conventions that PKCS#12 files mix.
struct PasswordBytes {
    /// For the derivations of RFC 7292 appendix B: UTF-16, big-endian, with two zero bytes behind.
    let pkcs12: [UInt8]
    /// For those of RFC 8018, PBMAC1 included: UTF-8 (RFC 9579 §6). The JDK takes ASCII only, which is the same.
    let pkcs5: [UInt8]

    static func written(_ password: KeystorePassword) -> PasswordBytes {
        PasswordBytes(pkcs12: password.terminatedBigEndianBytes, pkcs5: password.utf8Bytes)
    }

    /// What a reader tries, in this order. Of the empty password there are two forms: some writers leave the terminator away, and the JDK,
    /// which also reads such files (`RetryWithZero`), then takes a single zero byte where RFC 8018 is followed.
    static func forms(of password: KeystorePassword) -> [PasswordBytes] {
        password.isEmpty ? [written(password), PasswordBytes(pkcs12: [], pkcs5: [0])] : [written(password)]
    }
}
