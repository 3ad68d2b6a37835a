import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

@Suite("No bytes make reading key material trap, or cost more than they weigh") struct KeyMaterialHostileTests {
    /// What is in the clear has no check of its own, so other bytes may be another key; here only what must not happen counts.
    private static func survives(_ bytes: [UInt8]) -> Bool {
        let (material, damages) = KeyMaterial.salvage(bytes, password: MaterialVectors.password)
        for key in material.privateKeys {
            _ = try? key.publicKeyInfo()
            if let certificate = material.certificates.first { _ = KeyPairMatch.of(key, and: certificate) }
        }
        let chain = CertificateChain.ordered(material.certificates)
        let all = chain.certificates.count + chain.leftOver.count + chain.duplicates.count + chain.unreadable.count
        return all == material.certificates.count && (!damages.isEmpty || material.blocksComplete == material.blocksBegun)
    }

    @Test(arguments: MaterialVectors.names) func truncations(name: String) throws {
        let bytes = try MaterialVectors.bytes(name)
        let whole = try KeyMaterial.read(bytes, password: MaterialVectors.password)
        for length in bytes.indices {
            let part = Array(bytes[..<length])
            #expect(Self.survives(part))
            guard let read = try? KeyMaterial.read(part, password: MaterialVectors.password) else { continue }
            // Between two blocks of a file, and before its last line end, less is a file as well.
            #expect(name.hasSuffix(".pem") && read.blocksBegun <= whole.blocksBegun && read.blocksBegun > 0, "\(length)")
        }
    }

    @Test(arguments: MaterialVectors.names) func flips(name: String) throws {
        let bytes = try MaterialVectors.bytes(name)
        // Letters to neighbours and to what is no ASCII; in DER lengths a little off and far off, and other tags.
        let masks: [UInt8] = name.hasSuffix(".pem") ? [0x01, 0x80] : [0x01, 0x20, 0x50, 0x80]
        var failures: [String] = []
        for index in bytes.indices {
            for mask in masks {
                var changed = bytes
                changed[index] ^= mask
                if !Self.survives(changed) { failures.append("byte \(index), mask \(mask)") }
            }
        }
        #expect(failures.isEmpty)
    }

    @Test func beginLinesWithoutEnd() {
        let text = String(repeating: "-----BEGIN CERTIFICATE-----\n", count: 100_000)
        let started = ContinuousClock.now
        let (material, damages) = KeyMaterial.salvage(Array(text.utf8), password: nil)
        #expect(material.blocksBegun == 100_000)
        #expect(damages.count == KeyMaterial.listLimit)
        #expect(ContinuousClock.now - started < .seconds(20))
    }

    @Test(arguments: [
        "-----END X-----\n", "-----BEGIN X-----\n-----END X-----\n", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    ])
    func manySmallBlocks(block: String) {
        let (material, damages) = KeyMaterial.salvage(Array(String(repeating: block, count: 20_000).utf8), password: nil)
        #expect(material.remarks.count <= KeyMaterial.listLimit && damages.count <= KeyMaterial.listLimit)
        #expect(material.remarks.count + damages.count == KeyMaterial.listLimit)
    }

    static let floods: [(name: String, text: String)] = [
        ("dashes", String(repeating: "-", count: 1_000_000)),
        ("a huge label", "-----BEGIN " + String(repeating: "A", count: 1_000_000) + "-----"),
        ("a huge line", "-----BEGIN CERTIFICATE-----\n" + String(repeating: "A", count: 1_000_000) + "\n-----END CERTIFICATE-----"),
        (
            "huge headers",
            "-----BEGIN RSA PRIVATE KEY-----\n" + String(repeating: "A: b\n", count: 200_000) + "\n-----END RSA PRIVATE KEY-----"
        ),
        (
            "a huge header",
            "-----BEGIN EC PRIVATE KEY-----\nDEK-Info: " + String(repeating: "A", count: 1_000_000) + "\n-----END EC PRIVATE KEY-----"
        ),
        ("line ends", String(repeating: "\r\n\r", count: 400_000)),
        ("colons", "-----BEGIN PRIVATE KEY-----" + String(repeating: ":", count: 1_000_000) + "-----END PRIVATE KEY-----"),
        ("BEGIN words", String(repeating: "-----BEGIN ", count: 100_000)),
    ]
    @Test(arguments: floods.indices) func flood(index: Int) {
        let started = ContinuousClock.now
        #expect(!KeyMaterial.salvage(Array(Self.floods[index].text.utf8), password: MaterialVectors.password).damages.isEmpty)
        #expect(ContinuousClock.now - started < .seconds(20), "\(Self.floods[index].name)")
    }

    @Test(arguments: [0x30, 0xA0, 0x24] as [UInt8]) func nesting(tag: UInt8) {
        // Indefinite lengths in one another, and definite ones that claim all the rest.
        let indefinite = [UInt8]([0x30, 0x80]) + Array(repeating: [tag, 0x80], count: 50_000).flatMap { $0 }
        #expect(Self.survives(indefinite))
        var definite: [UInt8] = []
        for _ in 0..<2000 { definite = [tag, 0x82, UInt8(definite.count >> 8), UInt8(definite.count & 0xFF)] + definite.prefix(65_000) }
        #expect(Self.survives([0x30] + definite.dropFirst()))
    }

    @Test func randomBytesBehindEveryBeginning() {
        var generator = SeededGenerator(seed: 20_261_125)
        for beginning in [[0x30, 0x82, 0x01, 0x00], [0x30, 0x80], [0x30, 0x03], Array("-----BEGIN PKCS7-----".utf8), []] as [[UInt8]] {
            for _ in 0..<2000 {
                let count = Int.random(in: 0...300, using: &generator)
                #expect(Self.survives(beginning + (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }))
            }
        }
    }

    @Test func iterationsAreBounded() throws {
        // PBES2 over PBKDF2, with 2^31-1 iterations as a file may ask for.
        func identifier(_ dotted: String) throws -> [UInt8] { DER.oid(try #require(ObjectIdentifier(dotted: dotted))) }
        let derivation = DER.sequence(
            try identifier("1.2.840.113549.1.5.12"), DER.sequence(DER.octets(Array(0..<8)), DER.integer(0x7FFF_FFFF)))
        let cipher = DER.sequence(try identifier("2.16.840.1.101.3.4.1.2"), DER.octets(Array(0..<16)))
        let scheme = DER.sequence(try identifier("1.2.840.113549.1.5.13"), DER.sequence(derivation, cipher))
        let hostile = DER.sequence(scheme, DER.octets(Array(repeating: 0, count: 32)))
        let started = ContinuousClock.now
        let (material, damages) = KeyMaterial.salvage(hostile, password: MaterialVectors.password)
        #expect(material.privateKeys.isEmpty)
        guard case .contents(.overLimit(_, 0x7FFF_FFFF, _))? = damages.first?.problem else {
            return #expect(Bool(false), "\(damages)")
        }
        #expect(ContinuousClock.now - started < .seconds(1))
    }
}

/// SplitMix64: the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
