import Crypto
import CryptoExtras
import Foundation
import PathValidation
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// Validation of the chains of a file, in rounds that the driver asks for, so that it can let others have their turn in between: for each line
/// `FIRST COUNT` on stdin, one line with the microseconds that each of these chains took. The programs in `Benchmarks/peers` do the same.
enum PathBenchmark {
    enum Mode: String {
        /// Leaf and intermediate read, the path to the root built and checked, the host compared.
        case unseen
        /// The same, but the intermediate is always that of the first chain, which was validated before.
        case seen
        /// `seen`, with the root among so many anchors.
        case anchors150, anchors5000
        /// swift-certificates, for the same answer.
        case swiftCertificates
        /// The signature of the leaf alone, everything read and the key made before.
        case leafSignature
    }

    struct NotValid: Error { var why: String }

    /// MODE FILE
    static func serve(_ arguments: [String]) async throws {
        guard arguments.count == 2, let mode = Mode(rawValue: arguments[0]) else { throw Misuse() }
        let chains = try PathChains(file: arguments[1])
        switch mode {
        case .unseen:
            let validator = try Validator(root: chains.root)
            try await rounds(of: chains) { try validator.validate($0.leaf, $0.intermediate) }
        case .seen, .anchors150, .anchors5000:
            let others = [Mode.anchors150: 149, .anchors5000: 4_999][mode] ?? 0
            let validator = try Validator(root: chains.root, others: others)
            let intermediate = chains.chains[0].intermediate
            try await rounds(of: chains) { try validator.validate($0.leaf, intermediate) }
        case .swiftCertificates:
            let roots = CertificateStore([try Certificate(derEncoded: chains.root)])
            try await rounds(of: chains) { try await validateByPeer($0.leaf, $0.intermediate, roots) }
        case .leafSignature: try await checkSignatures(of: chains)
        }
    }

    private static func rounds<Work>(
        of work: [Work], _ perform: (Work) async throws -> Void
    ) async throws {
        let clock = ContinuousClock()
        while let line = readLine() {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 2, 0 <= numbers[0], 0 < numbers[1], numbers[0] + numbers[1] <= work.count else { throw Misuse() }
            var samples: [String] = []
            for item in work[numbers[0]..<numbers[0] + numbers[1]] {
                let start = clock.now
                try await perform(item)
                let taken = (clock.now - start).components
                samples.append(String(format: "%.2f", Double(taken.seconds) * 1e6 + Double(taken.attoseconds) / 1e12))
            }
            FileHandle.standardOutput.write(Data((samples.joined(separator: " ") + "\n").utf8))
        }
    }

    private static func rounds(of chains: PathChains, _ perform: ((leaf: [UInt8], intermediate: [UInt8])) async throws -> Void) async throws
    {
        try await rounds(of: chains.chains, perform)
    }

    private struct Validator {
        var anchors: TrustAnchors
        let rules = PathRules(at: PathChains.moment)

        init(root: [UInt8], others: Int = 0) throws {
            var certificates = [try ParsedCertificate(der: root)]
            for number in 0..<others {
                let other = Authority(name: try PathChains.name("Other Root \(number)"), key: try KeyKind.p256.key())
                let extensions = try PathChains.rootExtensions(of: other.key.publicKey)
                certificates.append(try ParsedCertificate(der: other.issue(other.name, other.key.publicKey, extensions).der))
            }
            anchors = TrustAnchors(certificates)
        }

        func validate(_ leaf: [UInt8], _ intermediate: [UInt8]) throws {
            let presented = [try ParsedCertificate(der: leaf), try ParsedCertificate(der: intermediate)]
            let outcome = PathBuilder().build(presented: presented, anchors: anchors, rules: rules)
            guard outcome.isValid, matchName(PathChains.host, against: presented[0]).isMatch else {
                throw NotValid(why: "\(outcome.best.defects)")
            }
        }
    }

    private static func validateByPeer(_ leaf: [UInt8], _ intermediate: [UInt8], _ roots: CertificateStore) async throws {
        let (leaf, intermediate) = (try Certificate(derEncoded: leaf), try Certificate(derEncoded: intermediate))
        var verifier = Verifier(rootCertificates: roots) {
            RFC5280Policy(fixedExpiryValidationTime: PathChains.moment)
            ServerIdentityPolicy(serverHostname: PathChains.host, serverIP: nil)
        }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore([intermediate]))
        guard case .validCertificate = result else { throw NotValid(why: "\(result)") }
    }

    private static func checkSignatures(of chains: PathChains) async throws {
        let leaves = try chains.chains.map { try SignedBytes(certificate: $0.leaf) }
        let issuer = try Certificate(derEncoded: chains.chains[0].intermediate).publicKey
        if let key = P256.Signing.PublicKey(issuer) {
            let checks = try leaves.map { (bytes: $0.bytes, signature: try P256.Signing.ECDSASignature(derRepresentation: $0.signature)) }
            try await rounds(of: checks) { check in
                guard key.isValidSignature(check.signature, for: check.bytes) else { throw NotValid(why: "signature") }
            }
        } else if let key = _RSA.Signing.PublicKey(issuer) {
            let checks = leaves.map { (bytes: $0.bytes, signature: _RSA.Signing.RSASignature(rawRepresentation: $0.signature)) }
            try await rounds(of: checks) { check in
                let digest = SHA256.hash(data: check.bytes)
                guard key.isValidSignature(check.signature, for: digest, padding: .insecurePKCS1v1_5) else {
                    throw NotValid(why: "signature")
                }
            }
        } else {
            throw Misuse()
        }
    }
}

/// tbsCertificate and signatureValue (RFC 5280 §4.1).
private struct SignedBytes {
    var bytes: [UInt8]
    var signature: [UInt8]

    init(certificate: [UInt8]) throws {
        (bytes, signature) = try DER.sequence(try DER.parse(certificate), identifier: .sequence) { fields in
            guard let signed = fields.next(), fields.next() != nil, let signature = fields.next() else { throw Misuse() }
            return (Array(signed.encodedBytes), Array(try ASN1BitString(derEncoded: signature).bytes))
        }
    }
}
