import Crypto
public import Foundation
public import PathValidation

/// An authority and what it issued, made with the seeds.
public enum Fixtures {
    public static let issuer = certificate("issuer.der")
    public static let leaf = certificate("leaf.der")
    /// The list and answers among the seeds count at any moment of a run.
    public static let moment = Date()

    private static let folder = ProcessInfo.processInfo.environment["FUZZ_FIXTURES"] ?? ""
    private static let key = privateKey()

    /// What an input is taken for: its first octet decides.
    public enum Input {
        /// The whole message, whoever signed it.
        case message([UInt8])
        /// What is signed in it: with the issuer's signature it gets as far as what the message says.
        case content([UInt8])
    }

    /// nil for nothing at all.
    public static func input(_ bytes: UnsafeBufferPointer<UInt8>) -> Input? {
        guard let first = bytes.first else { return nil }
        let rest = Array(bytes.dropFirst())
        return first & 1 == 1 ? .content(rest) : .message(rest)
    }

    /// Looks like a signature and is none: whether a content can be read is found out before it is worth a real one, which takes long.
    public static let noSignature: [UInt8] = [0x30, 6, 2, 1, 1, 2, 1, 1]

    public static func signature(over content: [UInt8]) -> [UInt8] {
        guard let signature = try? key.signature(for: content) else { preconditionFailure("the key cannot sign") }
        return Array(signature.derRepresentation)
    }

    /// `SEQUENCE { content, ecdsa-with-SHA256, BIT STRING }`
    public static func sealed(_ content: [UInt8], _ signature: [UInt8]) -> [UInt8] {
        let algorithm: [UInt8] = [0x30, 10, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]
        return element(0x30, content + algorithm + element(3, [0] + signature))
    }

    /// Definite length in its shortest form; contents up to 16 MB.
    public static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            if count < 0x80 {
                [UInt8(count)]
            } else {
                {
                    let octets = [UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)].drop { $0 == 0 }
                    return [0x80 | UInt8(octets.count)] + octets
                }()
            }
        return [tag] + length + content
    }

    private static func certificate(_ name: String) -> ParsedCertificate {
        guard let data = FileManager.default.contents(atPath: folder + "/" + name),
            let certificate = try? ParsedCertificate(der: Array(data))
        else { preconditionFailure("FUZZ_FIXTURES has no \(name): run scripts/fuzz") }
        return certificate
    }

    private static func privateKey() -> P256.Signing.PrivateKey {
        guard let text = try? String(contentsOfFile: folder + "/issuer.key", encoding: .utf8),
            let key = try? P256.Signing.PrivateKey(pemRepresentation: text)
        else { preconditionFailure("FUZZ_FIXTURES has no issuer.key: run scripts/fuzz") }
        return key
    }
}
