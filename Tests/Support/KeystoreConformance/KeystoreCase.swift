public import Foundation

/// One case of a keystore manifest: a file, the type to open it as, a password, and what the reference implementation saw.
public struct KeystoreCase: Decodable, Sendable, CustomStringConvertible {
    public var id: String
    public var file: String
    public var format: String
    public var features: String
    /// `ok` or `error`.
    public var expect: String
    public var storePassword: String?
    /// nil: the JDK cannot read the file though it is sound; `bags` say what is in it.
    public var entries: [Entry]?
    public var bags: [Bag]?
    public var errorClasses: [String]?
    /// base64 of the DER of a SubjectPublicKeyInfo.
    public var verificationKeySpki: String?
    public var signatureAlgorithm: String?
    public var description: String { "\(id) \(file): \(features)" }

    public struct Entry: Decodable, Sendable {
        public var alias: String
        public var kind: String
        public var certSha256: [String]?
        public var pkcs8Sha256: String?
        public var spkiSha256: String?
        public var secretHex: String?
        public var keyAlgorithm: String?
        public var keyOid: String?
        public var created: Int64?
        public var entryPassword: String?
        public var keyError: String?
        public var keyErrorClass: String?
    }

    public struct Bag: Decodable, Sendable {
        public var bag: String
        public var encrypted: Bool?
        public var friendlyName: String?
        public var localKeyId: String?
        public var trustedKeyUsage: [String]?
        public var otherAttributes: [String]?
        public var pkcs8Sha256: String?
        public var certSha256: String?
        public var secretHex: String?
        public var secretAlgorithm: String?
    }

    /// All cases of a `manifest.json`.
    public static func all(manifest: Data) throws -> [KeystoreCase] {
        struct Manifest: Decodable { var cases: [KeystoreCase] }
        return try JSONDecoder().decode(Manifest.self, from: Data(withoutLoneSurrogates(Array(manifest)))).cases
    }

    /// A lone surrogate, which an alias may hold and no JSON reader here takes, is read as the replacement that our alias shows for it.
    private static func withoutLoneSurrogates(_ bytes: [UInt8]) -> [UInt8] {
        func unit(at index: Int) -> UInt16? {
            guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else { return nil }
            return UInt16(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let first = unit(at: index), (0xD800...0xDFFF).contains(first) {
                let isPair = first < 0xDC00 && unit(at: index + 6).map { (0xDC00...0xDFFF).contains($0) } == true
                result += isPair ? bytes[index..<(index + 12)] : Array(#"\ufffd"#.utf8)[...]
                index += isPair ? 12 : 6
            } else if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                result += bytes[index..<(index + 2)]
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
