import CryptoExtras
import SwiftASN1
import X509

public import struct Foundation.Date

extension IdentityKeyPair {
    /// Characters of an agent's name that go into a certificate; our choice.
    public static let agentNameLimit = 128

    /// A fresh key under a self-signed certificate of the vendor's shape: version 3, no extensions, subject and issuer
    /// `CN=snc-mid-<name>-<tail>,DC=service-now,DC=com` in this order, 365 days, SHA512withRSA, as serial number the seconds of `notBefore`.
    ///
    /// `tail` is 32 hexadecimal digits. Longer names than 23 make a common name over X.520's 64 characters; vendor agents do so too.
    /// Takes about a tenth of a second for 2048 bits and a second or more for 4096.
    public static func generate(
        agentName: String, tail: String, notBefore: Date, keyBits: Int = 2048
    ) throws(IdentityError) -> IdentityKeyPair {
        let commonName = try IdentitySubject.commonName(agentName: agentName, tail: tail)
        guard [2048, 3072, 4096].contains(keyBits) else { throw .keySizeNotOffered(bits: keyBits) }
        // Through the year 9000: four digits for the end, too.
        guard let seconds = Int64(exactly: notBefore.timeIntervalSince1970.rounded(.down)), (1...221_845_392_000).contains(seconds) else {
            throw .notBeforeOutOfRange
        }
        let start = Date(timeIntervalSince1970: Double(seconds))
        let key: _RSA.Signing.PrivateKey
        let certificate: [UInt8]
        do {
            key = try _RSA.Signing.PrivateKey(keySize: .init(bitCount: keyBits))
            let subject = try DistinguishedName {
                CommonName(commonName)
                DomainComponent("service-now")
                DomainComponent("com")
            }
            let signed = try Certificate(
                version: .v3, serialNumber: .init(seconds), publicKey: .init(key.publicKey), notValidBefore: start,
                notValidAfter: start.addingTimeInterval(365 * 86_400), issuer: subject, subject: subject,
                signatureAlgorithm: .sha512WithRSAEncryption, extensions: .init(), issuerPrivateKey: .init(key))
            var serializer = DER.Serializer()
            try serializer.serialize(signed)
            certificate = serializer.serializedBytes
        } catch {
            throw .generationFailed
        }
        return try IdentityKeyPair(privateKey: key, certificateDER: certificate)
    }
}

/// The generated form of a subject's common name.
public enum IdentitySubject {
    static let prefix = "snc-mid-"

    /// `snc-mid-<name>-<tail>`: the name lower-cased, each character but a-z, 0-9 and _ replaced by _.
    static func commonName(agentName: String, tail: String) throws(IdentityError) -> String {
        guard !agentName.isEmpty else { throw .agentNameEmpty }
        guard agentName.count <= IdentityKeyPair.agentNameLimit else {
            throw .agentNameTooLong(count: agentName.count, limit: IdentityKeyPair.agentNameLimit)
        }
        let folded = tail.lowercased()
        guard isTail(folded) else { throw .tailNotHexadecimal }
        // By code, not by `Character` range: in text order a letter with an accent lies between a and z.
        let name = agentName.lowercased().map { character -> Character in
            guard let code = character.asciiValue, (97...122).contains(code) || (48...57).contains(code) else { return "_" }
            return character
        }
        return prefix + String(name) + "-" + folded
    }

    /// Whether a common name is of the generated form. Agents take any other for a custom certificate, which they never replace.
    public static func isGenerated(commonName: String) -> Bool {
        let tail = commonName.suffix(32)
        return commonName.hasPrefix(prefix) && isTail(tail) && commonName.dropLast(32).hasSuffix("-")
            && commonName.count > prefix.count + 33
    }

    private static func isTail(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
