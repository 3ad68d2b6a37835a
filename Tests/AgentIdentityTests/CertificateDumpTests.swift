import Testing

@testable import AgentIdentity

@Suite("A certificate is printed in the form that Java-based agents log") struct CertificateDumpTests {
    /// Of the start-up log in the vendor's article KB0863673.
    static let publishedModulus =
        "d2cd8c54a36990c57bd4146eea3677913b491fd82541ea462d15cf22a057a010c88bcd154f910134251ceccbbcbc5bbf00315199f557428986fc21b041fe4f8941dd"
        + "c43a79d0257cc01c48fd681a39a7490255a6b2fb63dbaf01184727d15dcebfc9d1d2e3a532ece1512b418626f8c663d193d9cb896db29bec44fafcea63458b5497"
        + "964155580d6389653a4613c4ceabd52d4a60228f127e59da4c32d394eab013ea0d3bb236c1ad1d5642135869de2047124164f7ea2f1a692df2e6bf174d896ea4c4"
        + "9c93e979cd905875c528061df8867fd06ac79f17b882ecaedf75bb54535a71d52368dff6a3baecc45e9ae9202289ccda7621015ff2372ac22906e0d1"

    static func octets(_ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    @Test("Both fingerprints of the published sample come out") func published() {
        let key = RSAPublicKeyParts(modulus: [0] + Self.octets(Self.publishedModulus), exponent: [1, 0, 1])
        #expect(key.modulus.count == 257)
        #expect(key.fingerprint == "30:57:b5:a0:57:98:94:a2:e2:66:dd:79:b3:7f:37:6c:d8:9a:31:ff")
        #expect(key.exponentFingerprint == "56:66:d1:a4")
    }

    // FIPS 202: values of NIST's examples for SHAKE256, and of lengths around one block.
    @Test("SHAKE256 agrees with NIST's value for the empty message") func empty() {
        #expect(SHAKE256.hash([], count: 32) == Self.octets("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"))
    }

    @Test("A generated certificate shows every line of the published one") func generated() throws {
        let pair = try Shared.first.get()
        let lines = try #require(CertificateDump.lines(of: pair.certificateDER))
        let subject = "CN=snc-mid-datacenter_dev_7-0123456789abcdef0123456789abcdef,DC=service-now,DC=com"
        #expect(
            lines.prefix(6) == [
                "[0] Version: 3", "SerialNumber: 1603732292", "IssuerDN: \(subject)", "Start Date: Mon Oct 26 17:11:32 UTC 2020",
                "Final Date: Tue Oct 26 17:11:32 UTC 2021", "SubjectDN: \(subject)",
            ])
        #expect(lines[6].hasPrefix("Public Key: RSA Public Key [") && lines[6].hasSuffix("],[56:66:d1:a4]"))
        #expect(lines[7].hasPrefix("modulus: ") && lines[7].count == 9 + 512)
        #expect(lines[8] == "public exponent: 10001")
    }

    @Test("Other bytes are no certificate") func none() {
        #expect(CertificateDump.lines(of: []) == nil)
        #expect(CertificateDump.lines(of: [0x30, 0x03, 0x02, 0x01, 0x01]) == nil)
    }
}
