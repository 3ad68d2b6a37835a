import StrictDER

/// Says in words why a certificate cannot be read, where it is well formed and only its key or algorithm is out of reach.
enum UnreadableCertificate {
    /// nil when that is not the reason.
    static func reason(_ der: [UInt8]) -> String? {
        guard var outer = try? DERReader.single(DERElement.Tag.sequence, in: der[...], "certificate").inside,
            let signed = try? outer.take(DERElement.Tag.sequence, "tbsCertificate"),
            let signature = try? outer.take(DERElement.Tag.sequence, "signatureAlgorithm")
        else { return nil }
        if let key = try? publicKey(in: signed.inside), let reason = reason(key: key) { return reason }
        guard let algorithm = identifier(of: signature), let name = weakSignatures[algorithm] else { return nil }
        return "a signature with \(name), which is too weak to rely on"
    }

    private static func publicKey(in fields: DERReader) throws(DERError) -> DERElement {
        var fields = fields
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "version")
        for field in ["serialNumber", "signature", "issuer", "validity", "subject"] { _ = try fields.next(field) }
        return try fields.take(DERElement.Tag.sequence, "subjectPublicKeyInfo")
    }

    private static func reason(key: DERElement) -> String? {
        var fields = key.inside
        guard let algorithm = try? fields.take(DERElement.Tag.sequence, "algorithm"), let identifier = identifier(of: algorithm)
        else { return nil }
        if identifier == rsaEncryption {
            guard let bits = try? fields.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey"),
                var numbers = try? DERReader.single(DERElement.Tag.sequence, in: bits, "RSAPublicKey").inside,
                let modulus = try? numbers.take(DERElement.Tag.integer, "modulus").content.drop(while: { $0 == 0 }),
                let first = modulus.first
            else { return nil }
            let size = modulus.count * 8 - first.leadingZeroBitCount
            return size < AlgorithmCheck.smallestRSA ? "an RSA key of \(size) bits; at least \(AlgorithmCheck.smallestRSA) are needed" : nil
        }
        return identifier == dsa ? "a DSA key, which is not supported" : nil
    }

    private static func identifier(of algorithm: DERElement) -> [UInt8]? {
        var fields = algorithm.inside
        return (try? fields.take(DERElement.Tag.objectIdentifier, "algorithm")).map { Array($0.content) }
    }

    /// 1.2.840.113549.1.1.1
    private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    /// 1.2.840.10040.4.1
    private static let dsa: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01]
    /// RFC 3279 §2.2: what swift-certificates does not read.
    private static let weakSignatures: [[UInt8]: String] = [
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x02]: "MD2", [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x04]: "MD5",
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01]: "ECDSA and SHA-1", [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x03]: "DSA and SHA-1",
    ]
}
