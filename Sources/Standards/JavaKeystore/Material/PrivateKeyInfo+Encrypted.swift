extension PrivateKeyInfo {
    /// DER of an EncryptedPrivateKeyInfo (RFC 5958 §3): PBES2 with AES-256 and PBKDF2 over HMAC with SHA-256, the password in UTF-8, as
    /// `openssl pkcs8 -topk8` writes it and reads it.
    ///
    /// `iterations`: OpenSSL writes 2,048; the default is what OWASP asked for in 2023 and takes about a tenth of a second. Throws
    /// `overLimit` above what reading allows.
    public func encrypted(password: KeystorePassword, iterations: Int = 600_000) throws(KeystoreError) -> [UInt8] {
        var settings = PKCS12.Settings.standard
        settings.keys = PKCS12.Encryption(.pbes2(.aes256, .sha256), iterations: iterations)
        settings.allowsNonASCIIPasswords = true
        return Array(try PKCS12.protect(self, password: password, settings: settings).stored)
    }
}
