import StrictDER

/// A certificate as Java-based agents print it into their log: people compare these lines by eye and search for them.
public enum CertificateDump {
    /// Lines from `[0] Version` to `Signature Algorithm`; dates in UTC. nil for what is no certificate.
    public static func lines(of certificateDER: [UInt8]) -> [String]? {
        guard let outline = try? CertificateOutline(der: certificateDER[...]),
            let start = try? outline.seconds(outline.notBefore, "notBefore"), let end = try? outline.seconds(outline.notAfter, "notAfter")
        else { return nil }
        var lines = [
            "[0] Version: \(outline.version)", "SerialNumber: \(decimal(outline.serial))", "IssuerDN: \(name(outline.issuer))",
            "Start Date: \(date(start))", "Final Date: \(date(end))", "SubjectDN: \(name(outline.subject))",
        ]
        if let key = RSAPublicKeyParts(publicKeyInfo: outline.publicKeyInfo) {
            lines += [
                "Public Key: RSA Public Key [\(key.fingerprint)],[\(key.exponentFingerprint)]",
                "modulus: \(shortest(hexadecimal(key.modulus)))", "public exponent: \(shortest(hexadecimal(key.exponent)))",
            ]
        }
        return lines
    }

    /// Most specific part first where it is encoded first, as in the generated certificates: Java's provider keeps the order of the bytes.
    private static func name(_ name: ArraySlice<UInt8>) -> String {
        guard var parts = try? DERReader.single(DERElement.Tag.sequence, in: name, "name").inside else { return "" }
        var texts: [String] = []
        while !parts.isAtEnd, let part = try? parts.next("relative name") {
            texts.append(DistinguishedNameText.text(DER.sequence([Array(part.encoded)])[...]))
        }
        return texts.joined(separator: ",")
    }

    /// `Mon Oct 26 17:11:32 UTC 2020`.
    private static func date(_ seconds: Int64) -> String {
        let time = CivilTime(milliseconds: min(max(seconds, -1 << 50), 1 << 50) * 1000)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekday = Int((seconds % 604_800 + 604_800) % 604_800) / 86_400
        let clock = [time.hour, time.minute, time.second].map(two).joined(separator: ":")
        return "\(days[weekday]) \(months[(time.month + 11) % 12]) \(two(time.day)) \(clock) UTC \(time.year)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func shortest(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }

    /// Serial numbers have at most 20 octets (RFC 5280 §4.1.2.2); longer ones are cut.
    private static func decimal(_ octets: ArraySlice<UInt8>) -> String {
        var digits: [UInt8] = [0]
        for octet in octets.prefix(32) {
            var carry = Int(octet)
            for index in digits.indices.reversed() {
                let value = Int(digits[index]) * 256 + carry
                digits[index] = UInt8(value % 10)
                carry = value / 10
            }
            while carry > 0 {
                digits.insert(UInt8(carry % 10), at: 0)
                carry /= 10
            }
        }
        return digits.map(String.init).joined()
    }
}

/// The two numbers of an RSA public key (RFC 8017 §A.1.1) as signed big-endian octets: a leading zero where the top bit is set.
struct RSAPublicKeyParts: Hashable, Sendable {
    var modulus: [UInt8]
    var exponent: [UInt8]

    init(modulus: [UInt8], exponent: [UInt8]) { (self.modulus, self.exponent) = (modulus, exponent) }

    init?(publicKeyInfo: ArraySlice<UInt8>) {
        guard var info = try? DERReader.single(DERElement.Tag.sequence, in: publicKeyInfo, "subjectPublicKeyInfo").inside,
            (try? info.take(DERElement.Tag.sequence, "algorithm")) != nil,
            let bits = try? info.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey"),
            var numbers = try? DERReader.single(DERElement.Tag.sequence, in: bits, "RSAPublicKey").inside,
            let modulus = try? numbers.take(DERElement.Tag.integer, "modulus").content,
            let exponent = try? numbers.take(DERElement.Tag.integer, "publicExponent").content
        else { return nil }
        self.init(modulus: Array(modulus), exponent: Array(exponent))
    }

    /// Twenty octets of SHAKE256 over the modulus, as the vendor's logs show them.
    var fingerprint: String { Self.colons(SHAKE256.hash(modulus, count: 20)) }
    /// Four octets of the same over the exponent: `56:66:d1:a4` for 65537.
    var exponentFingerprint: String { Self.colons(SHAKE256.hash(exponent, count: 4)) }

    private static func colons(_ octets: [UInt8]) -> String { octets.map { hexadecimal([$0]) }.joined(separator: ":") }
}
