import Foundation
import PathValidation

/// Files with certificates, lists and answers.
enum ChainFile {
    /// Chains are small, lists may be large.
    private static let sizeLimit = 128 << 20
    private static let certificateLimit = 1_024

    static func bytes(at path: String) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: sizeLimit + 1) else {
            throw CommandFailure(message: "\(path) cannot be read.", exitCode: 3)
        }
        guard data.count <= sizeLimit else { throw CommandFailure(message: "\(path) is larger than \(sizeLimit) bytes.", exitCode: 3) }
        return Array(data)
    }

    /// PEM certificates with any text around them, or one certificate in DER.
    static func certificates(at path: String) throws -> [ParsedCertificate] {
        let bytes = try bytes(at: path)
        var ders = [bytes]
        if bytes.first != 0x30 {
            ders = Self.pemBlocks(String(decoding: bytes, as: UTF8.self))
            if ders.isEmpty { throw CommandFailure(message: "\(path) holds no certificate.", exitCode: 3) }
        }
        return try ders.prefix(certificateLimit).enumerated().map { index, der in
            do { return try ParsedCertificate(der: der) } catch {
                throw CommandFailure(message: "Certificate \(index + 1) of \(path) cannot be read: \(error)", exitCode: 3)
            }
        }
    }

    /// Lines of any length, unlike swift-asn1's reader.
    private static func pemBlocks(_ text: String) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var current: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("-----BEGIN"), line.hasSuffix("CERTIFICATE-----") {
                current = ""
            } else if line.hasPrefix("-----END") {
                if let text = current, let data = Data(base64Encoded: text) { blocks.append(Array(data)) }
                current = nil
            } else {
                current?.append(line)
            }
        }
        return blocks
    }
}
