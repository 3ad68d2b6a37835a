import LegacyCryptography
import StrictDER

/// Sun's own `PBEWithMD5AndTripleDES` (`com.sun.crypto.provider.PBES1Core`): two chains of MD5 over salt halves and password make the key
/// and the initial vector of triple DES in CBC. It has no integrity beyond its padding, so what comes out is parsed before it is believed.
struct PBEWithMD5AndTripleDES {
    static let identifier = ObjectIdentifier(1, 3, 6, 1, 4, 1, 42, 2, 19, 1)
    static let saltLength = 8
    /// `jdk.jceks.iterationCount`: what the JDK allows to be written.
    static let writtenIterations = 10_000...5_000_000

    let salt: [UInt8]
    let iterations: Int

    /// From PBEParameter: SEQUENCE { OCTET STRING salt, INTEGER iterations }.
    init(parameters: ArraySlice<UInt8>) throws(KeystoreError) {
        let field = "key protection parameters"
        let (salt, iterations) = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: parameters, field).inside
            let salt = try fields.take(DERElement.Tag.octetString, "salt").content
            let iterations = try fields.take(DERElement.Tag.integer, "iterations").integer("iterations")
            try fields.end(field)
            return (Array(salt), iterations)
        }
        guard salt.count == Self.saltLength else { throw .malformed(field: "salt", offset: parameters.startIndex) }
        (self.salt, self.iterations) = (salt, iterations)
    }

    /// With a fresh salt whose halves differ: JDKs disagree on what to do when they are equal.
    init(iterations: Int) {
        var salt = randomBytes(Self.saltLength)
        while salt.prefix(4).elementsEqual(salt.suffix(4)) { salt = randomBytes(Self.saltLength) }
        (self.salt, self.iterations) = (salt, iterations)
    }

    var parameters: [UInt8] { Self.parameters(salt: salt, iterations: iterations) }

    static func parameters(salt: [UInt8], iterations: Int) -> [UInt8] { DER.sequence(DER.octets(salt), DER.integer(iterations)) }

    /// What `parse` makes of the clear bytes. Throws `keyPassword` when the padding does not fit or `parse` returns nil.
    func open<Value>(
        _ bytes: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget, parse: ([UInt8]) -> Value?
    ) throws(KeystoreError) -> Value {
        guard !bytes.isEmpty, bytes.count.isMultiple(of: 8) else { throw .malformed(field: "protected key", offset: bytes.startIndex) }
        let halvesAreEqual = salt.prefix(4).elementsEqual(salt.suffix(4))
        // Old JDKs swapped equal halves in another way than today's; which one wrote the file nobody knows.
        for asOldJDK in halvesAreEqual ? [false, true] : [false] {
            try budget.spend(iterations: iterations, on: "iterations of a protected key")
            let padded = try runCipher(password, asOldJDK: asOldJDK) { (key, iv) throws(LegacyCryptographyError) in
                try InsecureTripleDES.decryptCBC(bytes, key: key, iv: iv)
            }
            if let clear = PKCS7Padding.remove(from: padded, blockSize: 8), let value = parse(clear) { return value }
        }
        throw .keyPassword
    }

    func protect(_ clear: [UInt8], password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        guard password.isPrintableASCII else { throw .passwordNotASCII }
        guard Self.writtenIterations.contains(iterations) else {
            throw .overLimit(field: "iterations", found: iterations, limit: Self.writtenIterations.upperBound)
        }
        let padded = PKCS7Padding.add(to: clear, blockSize: 8)
        return try runCipher(password, asOldJDK: false) { (key, iv) throws(LegacyCryptographyError) in
            try InsecureTripleDES.encryptCBC(padded[...], key: key, iv: iv)
        }
    }

    private func runCipher(
        _ password: KeystorePassword, asOldJDK: Bool, _ cipher: ([UInt8], [UInt8]) throws(LegacyCryptographyError) -> [UInt8]
    ) throws(KeystoreError) -> [UInt8] {
        do throws(LegacyCryptographyError) {
            let derived = try IteratedMD5.derive(
                salt: salt, password: password.sevenBitBytes, iterations: iterations, swappedAsOldJDK: asOldJDK)
            return try cipher(Array(derived[..<24]), Array(derived[24..<32]))
        } catch {
            // Lengths were checked: what is left is a message that is no whole number of blocks.
            throw .malformed(field: "protected key", offset: 0)
        }
    }
}
