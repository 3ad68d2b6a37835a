import Foundation
import Testing

@testable import JavaKeystore

@Suite("Key material is told by its content, whatever it is wrapped in") struct KeyMaterialTests {
    static let keys = [
        ("rsa.pem", "rsa-pkcs8.der"), ("rsa.der", "rsa-pkcs8.der"), ("ec.pem", "ec-pkcs8.der"), ("ec.der", "ec-pkcs8.der"),
        ("dsa.pem", "dsa-pkcs8.der"), ("ec-pkcs8.pem", "ec-pkcs8.der"), ("ec-pkcs8.der", "ec-pkcs8.der"),
        ("ed25519.pem", "ed25519-pkcs8.der"), ("ec-traditional-aes128.pem", "ec-pkcs8.der"), ("ec-traditional-aes192.pem", "ec-pkcs8.der"),
        ("ec-traditional-aes256.pem", "ec-pkcs8.der"), ("ec-traditional-des3.pem", "ec-pkcs8.der"),
        ("ec-traditional-des.pem", "ec-pkcs8.der"),
    ]

    @Test(arguments: keys) func everyFormOfAKeyBecomesOpenSSLsPKCS8(file: String, pkcs8: String) throws {
        let material = try MaterialVectors.read(file)
        #expect(try material.privateKeys.map(\.der) == [MaterialVectors.bytes(pkcs8)])
        #expect(material.certificates.isEmpty)
    }

    static let encrypted = MaterialVectors.names.filter { $0.contains("traditional") || $0.contains("pbes") || $0.contains("scrypt") }

    @Test(arguments: encrypted) func encryptedKeysNeedTheirPassword(file: String) throws {
        let bytes = try MaterialVectors.bytes(file)
        let clear = try MaterialVectors.bytes("ec-pkcs8.der")
        #expect(try KeyMaterial.read(bytes, password: MaterialVectors.password).privateKeys.map(\.der) == [clear])
        for wrong in ["", "vector-passwore", "Vector-password"] {
            let error = #expect(throws: KeyMaterialError.self) { try KeyMaterial.read(bytes, password: KeystorePassword(wrong)) }
            #expect(error?.isPassword == true)
        }
        let error = #expect(throws: KeyMaterialError.self) { try KeyMaterial.read(bytes, password: nil) }
        #expect(error?.problem == .contents(.passwordMissing(field: "private key")))
    }

    @Test(arguments: ["bundle.pem", "bundle.p7b", "bundle.p7b.pem"]) func bundlesKeepTheirOrder(file: String) throws {
        let material = try MaterialVectors.read(file)
        let expected = try ["root.pem", "leaf.pem", "intermediate.pem"].map(MaterialVectors.certificate)
        #expect(material.certificates == expected)
        #expect(material.remarks.isEmpty)
    }

    @Test func signedBERHoldsItsCertificates() throws {
        let material = try MaterialVectors.read("signed-ber.p7b")
        let expected = try ["root.pem", "leaf.pem", "intermediate.pem"].map(MaterialVectors.certificate)
        #expect(Set(material.certificates) == Set(expected))
        #expect(material.blocksComplete == 1)
    }

    @Test func whatIsNotForAKeystoreIsARemark() throws {
        let names = ["leaf-public.pem", "request.pem", "revoked.pem", "leaf-trusted.pem", "ec.pem"]
        let text = try names.map(MaterialVectors.text).joined() + "-----BEGIN CHEESE-----\n!!!\n-----END CHEESE-----\n"
        let material = try KeyMaterial.read(Array(text.utf8), password: nil)
        #expect(
            material.remarks.map(\.kind) == [
                .publicKey, .certificateRequest, .revocationList, .trustSettingsDropped, .parameters, .unknownBlock,
            ])
        #expect(material.remarks.last?.place.label == "CHEESE")
        #expect(try material.certificates == [MaterialVectors.certificate("leaf.pem")])
        #expect(material.privateKeys.count == 1)
        #expect((material.blocksBegun, material.blocksComplete) == (7, 7))
    }

    struct Dressing: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var dress: @Sendable (String) -> [UInt8]
        init(_ name: String, _ dress: @escaping @Sendable (String) -> [UInt8]) { (testDescription, self.dress) = (name, dress) }
    }

    /// Lines of `width` characters inside the blocks.
    private static func folded(_ text: String, _ width: Int) -> String {
        var (result, body) = ("", "")
        for line in text.split(separator: "\n") {
            if line.hasPrefix("-----BEGIN") {
                result += line + "\n"
            } else if line.hasPrefix("-----END") {
                var rest = body[...]
                while !rest.isEmpty {
                    result += rest.prefix(width) + "\n"
                    rest = rest.dropFirst(width)
                }
                (body, result) = ("", result + line + "\n")
            } else {
                body += line
            }
        }
        return result
    }

    static let dressings = [
        Dressing("as it is") { Array($0.utf8) },
        Dressing("lines of 1") { Array(folded($0, 1).utf8) },
        Dressing("lines of 16") { Array(folded($0, 16).utf8) },
        Dressing("lines of 76") { Array(folded($0, 76).utf8) },
        Dressing("whole lines") { Array(folded($0, 1_000_000).utf8) },
        Dressing("CR LF") { Array($0.replacingOccurrences(of: "\n", with: "\r\n").utf8) },
        Dressing("CR") { Array($0.replacingOccurrences(of: "\n", with: "\r").utf8) },
        Dressing("no line ends") { Array($0.replacingOccurrences(of: "\n", with: "").utf8) },
        Dressing("no last line end") { Array($0.utf8.dropLast()) },
        Dressing("indented") { Array($0.split(separator: "\n").map { "   \t" + $0 + "  " }.joined(separator: "\n").utf8) },
        Dressing("empty lines") { Array($0.replacingOccurrences(of: "\n", with: "\n\n").utf8) },
        Dressing("UTF-8 mark") { [0xEF, 0xBB, 0xBF] + Array($0.utf8) },
        Dressing("UTF-16, low first, mark") { [0xFF, 0xFE] + $0.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } },
        Dressing("UTF-16, high first, mark") { [0xFE, 0xFF] + $0.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } },
        Dressing("UTF-16, low first") { $0.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } },
        Dressing("UTF-16, high first") { $0.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } },
        Dressing("inside of JSON") { Array(("{\"pem\": \"" + $0.replacingOccurrences(of: "\n", with: "\\n") + "\"}\n").utf8) },
        Dressing("text around, with rulers") {
            let middle = $0.replacingOccurrences(of: "-----\n-----BEGIN", with: "-----\n=====\nfriendlyName: x\n-----BEGIN")
            return Array(("subject=CN = ünd\n------------------\n" + middle + "\n---- end ----\n").utf8)
        },
    ]

    @Test(arguments: dressings) func pemMayBeDressedInAnyWay(dressing: Dressing) throws {
        let text = try MaterialVectors.text("bundle.pem") + MaterialVectors.text("leaf-key.pem")
        let material = try KeyMaterial.read(dressing.dress(text), password: nil)
        #expect(try material.certificates == MaterialVectors.read("bundle.pem").certificates)
        #expect(try material.privateKeys == [MaterialVectors.key("leaf-key.pem")])
        #expect((material.blocksBegun, material.blocksComplete) == (4, 4))
    }

    @Test func base64WithoutArmourIsDER() throws {
        for file in ["leaf.der", "bundle.p7b", "ec-pkcs8.der"] {
            let bytes = try MaterialVectors.bytes(file)
            let expected = try KeyMaterial.read(bytes, password: nil)
            for width in [20, 76, 100_000] {
                let material = try KeyMaterial.read(Base64.encode(bytes, width: width), password: nil)
                #expect(material == expected)
            }
        }
    }

    @Test func derMayFollowDER() throws {
        let leaf = try MaterialVectors.bytes("leaf.der")
        let material = try KeyMaterial.read(leaf + leaf + MaterialVectors.bytes("ec-pkcs8.der"), password: nil)
        #expect((material.certificates.count, material.privateKeys.count) == (2, 1))
    }

    @Test func pkcs7MayBeBERInPart() throws {
        let der = try MaterialVectors.bytes("bundle.p7b")
        let expected = try KeyMaterial.read(der, password: nil).certificates
        // 30 82 hh ll: the same length in one octet more than needed, and in the indefinite form.
        let wide: [UInt8] = [0x30, 0x83, 0] + der[2...]
        let open: [UInt8] = [0x30, 0x80] + der[4...] + [0, 0]
        // Only inside, behind an OID of eleven octets: A0 82 hh ll gives two octets away to the end of contents.
        let inside: [UInt8] = Array(der[..<15]) + [0xA0, 0x80] + der[19...] + [0, 0]
        #expect(der[15] == 0xA0 && der[16] == 0x82)
        for ber in [wide, open, inside, inside + der] {
            let material = try? KeyMaterial.read(ber, password: nil)
            #expect(material?.certificates.prefix(3) == expected[...], "\(ber.prefix(6))")
        }
    }

    @Test func labelsDoNotDecide() throws {
        // Windows and old Tomcat guides put PKCS#7 under CERTIFICATE; keys travel under each other's labels.
        let sevens = try MaterialVectors.text("bundle.p7b.pem").replacingOccurrences(of: "PKCS7", with: "CERTIFICATE")
        #expect(try KeyMaterial.read(Array(sevens.utf8), password: nil).certificates.count == 3)
        let rsa = try MaterialVectors.text("rsa.pem").replacingOccurrences(of: "RSA PRIVATE", with: "PRIVATE")
        #expect(try KeyMaterial.read(Array(rsa.utf8), password: nil).privateKeys.map(\.der) == [MaterialVectors.bytes("rsa-pkcs8.der")])
    }

    @Test func keystoresAreToldFromLooseMaterial() {
        let error = #expect(throws: KeyMaterialError.self) {
            try KeyMaterial.read([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0, 0, 0, 0], password: nil)
        }
        #expect(error?.problem == .keystore(.jks))
    }

    @Test(arguments: ["", " \n", "hello", "hell", "-----BEGIN", "0"]) func nothingIsAnError(text: String) {
        let error = #expect(throws: KeyMaterialError.self) { try KeyMaterial.read(Array(text.utf8), password: nil) }
        #expect(error?.problem == .nothingFound)
    }
}

@Suite("A damaged bundle says what is damaged and where, and gives the rest") struct DamagedBundleTests {
    static func lines() throws -> [String] {
        try MaterialVectors.text("bundle.pem").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    static func salvage(_ lines: [String]) -> (material: KeyMaterial, damages: [KeyMaterialError]) {
        KeyMaterial.salvage(Array(lines.joined(separator: "\n").utf8), password: nil)
    }

    @Test func cutAtTheEnd() throws {
        let lines = try Self.lines()
        let last = try #require(lines.lastIndex { $0.hasPrefix("-----BEGIN") })
        let (material, damages) = Self.salvage(Array(lines[..<(last + 3)]))
        #expect(material.certificates.count == 2)
        #expect((material.blocksBegun, material.blocksComplete) == (3, 2))
        #expect(damages == [KeyMaterialError(.notEnded, at: .init(block: 3, line: last + 1, label: "CERTIFICATE"))])
        #expect(throws: KeyMaterialError.self) {
            try KeyMaterial.read(Array(lines[..<(last + 3)].joined(separator: "\n").utf8), password: nil)
        }
    }

    @Test func linesMissingInTheMiddle() throws {
        var lines = try Self.lines()
        let second = try #require(lines.indices.filter { lines[$0].hasPrefix("-----BEGIN") }.dropFirst().first)
        lines.remove(at: second + 4)
        let (material, damages) = Self.salvage(lines)
        #expect(material.certificates.count == 2)
        let damage = try #require(damages.first)
        #expect(damage.place == .init(block: 2, line: second + 1, label: "CERTIFICATE"))
        guard case .contents = damage.problem else { return #expect(Bool(false), "\(damage)") }
    }

    @Test func endLineMissing() throws {
        var lines = try Self.lines()
        lines.remove(at: try #require(lines.firstIndex { $0.hasPrefix("-----END") }))
        let (material, damages) = Self.salvage(lines)
        #expect((material.certificates.count, material.blocksBegun, material.blocksComplete) == (2, 3, 2))
        #expect(damages == [KeyMaterialError(.notEnded, at: .init(block: 1, line: 1, label: "CERTIFICATE"))])
    }

    @Test func beginLineMissing() throws {
        let (material, damages) = Self.salvage(Array(try Self.lines().dropFirst()))
        #expect((material.certificates.count, material.blocksBegun) == (2, 2))
        #expect(damages.map(\.problem) == [.notBegun])
    }

    @Test func garbledCharacterByLine() throws {
        var lines = try Self.lines()
        lines[3] = "!" + lines[3].dropFirst()
        let (material, damages) = Self.salvage(lines)
        #expect(material.certificates.count == 2)
        #expect(damages == [KeyMaterialError(.notBase64(line: 4), at: .init(block: 1, line: 1, label: "CERTIFICATE"))])
        lines[3] = String(lines[3].dropFirst(2))
        #expect(Self.salvage(lines).damages.map(\.problem) == [.base64Cut])
    }

    @Test func otherEnd() throws {
        let text = try MaterialVectors.text("leaf.pem").replacingOccurrences(of: "END CERTIFICATE", with: "END PRIVATE KEY")
        #expect(KeyMaterial.salvage(Array(text.utf8), password: nil).damages.map(\.problem) == [.endsAs("PRIVATE KEY")])
    }

    @Test func cutDERIsTruncated() throws {
        let bytes = try MaterialVectors.bytes("leaf.der")
        let error = #expect(throws: KeyMaterialError.self) { try KeyMaterial.read(Array(bytes.dropLast(5)), password: nil) }
        #expect(error?.problem == .contents(.truncated(field: "DER element", offset: 0)))
    }
}
