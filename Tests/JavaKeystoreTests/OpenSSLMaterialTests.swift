import Counterparts
import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

@Suite("Whatever OpenSSL writes we read, and OpenSSL and keytool read what we write") struct OpenSSLMaterialTests {
    static let password = "Geheim-1"

    struct Algorithm: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var options: [String]
        var hasTraditionalForm = true
        init(_ name: String, _ options: [String], traditional: Bool = true) {
            (testDescription, self.options, hasTraditionalForm) = (name, options, traditional)
        }
    }
    static let algorithms =
        [
            Algorithm("RSA 2048", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
            Algorithm("RSA of three primes", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_primes:3"]),
            Algorithm("RSA-PSS", ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], traditional: false),
            Algorithm("Ed25519", ["-algorithm", "ED25519"], traditional: false),
            Algorithm("Ed448", ["-algorithm", "ED448"], traditional: false),
            Algorithm("X25519", ["-algorithm", "X25519"], traditional: false),
            Algorithm("X448", ["-algorithm", "X448"], traditional: false),
        ]
        + ["P-256", "P-384", "P-521", "secp256k1", "brainpoolP256r1", "P-224"].map {
            Algorithm($0, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\($0)", "-pkeyopt", "ec_param_enc:named_curve"])
        }

    @Test(arguments: algorithms) func everyFormOfEveryKey(algorithm: Algorithm) throws {
        let folder = try TemporaryFolder()
        try Counterpart.openssl.run(["genpkey", "-out", "key.pem"] + algorithm.options, in: folder)
        // Their own PKCS#8 is what all forms must come to.
        try Counterpart.openssl.run(["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"], in: folder)
        let expected = try folder.read("key.der")
        let pass = ["-passout", "pass:\(Self.password)"]
        var forms: [(name: String, command: [String])] = [
            ("PEM", ["pkey", "-in", "key.pem"]), ("DER", ["pkey", "-in", "key.pem", "-outform", "DER"]),
            ("PBES2 AES-256", ["pkcs8", "-topk8", "-in", "key.pem", "-v2", "aes256"] + pass),
            ("PBES2 AES-192, SHA-512", ["pkcs8", "-topk8", "-in", "key.pem", "-v2", "aes192", "-v2prf", "hmacWithSHA512"] + pass),
            ("PBES2 3DES, DER", ["pkcs8", "-topk8", "-in", "key.pem", "-v2", "des3", "-outform", "DER"] + pass),
            ("scrypt", ["pkcs8", "-topk8", "-in", "key.pem", "-scrypt", "-scrypt_N", "1024"] + pass),
            ("PBES1 3DES", ["pkcs8", "-topk8", "-in", "key.pem", "-v1", "PBE-SHA1-3DES"] + pass),
            ("PBES1 3DES, two keys", ["pkcs8", "-topk8", "-in", "key.pem", "-v1", "PBE-SHA1-2DES"] + pass),
            (
                "PBES1 RC2, 40",
                ["pkcs8", "-topk8", "-in", "key.pem", "-provider", "legacy", "-provider", "default", "-v1", "PBE-SHA1-RC2-40"] + pass
            ),
            (
                "PBES1 RC4, 128",
                ["pkcs8", "-topk8", "-in", "key.pem", "-provider", "legacy", "-provider", "default", "-v1", "PBE-SHA1-RC4-128"] + pass
            ),
            (
                "PBES1 DES",
                ["pkcs8", "-topk8", "-in", "key.pem", "-provider", "legacy", "-provider", "default", "-v1", "PBE-MD5-DES"] + pass
            ),
        ]
        if algorithm.hasTraditionalForm {
            forms += [
                ("traditional", ["pkey", "-in", "key.pem", "-traditional"]),
                ("traditional DER", ["pkey", "-in", "key.pem", "-traditional", "-outform", "DER"]),
                ("traditional AES-128", ["pkey", "-in", "key.pem", "-traditional", "-aes128"] + pass),
                ("traditional AES-256", ["pkey", "-in", "key.pem", "-traditional", "-aes256"] + pass),
                ("traditional 3DES", ["pkey", "-in", "key.pem", "-traditional", "-des3"] + pass),
            ]
        }
        for form in forms {
            try Counterpart.openssl.run(form.command + ["-out", "form"], in: folder)
            let material = try KeyMaterial.read(folder.read("form"), password: KeystorePassword(Self.password))
            #expect(material.privateKeys.map(\.der) == [expected], "\(form.name)")
        }
    }

    @Test(arguments: algorithms) func publicKeys(algorithm: Algorithm) throws {
        let folder = try TemporaryFolder()
        try Counterpart.openssl.run(["genpkey", "-out", "key.pem"] + algorithm.options, in: folder)
        let key = try #require(KeyMaterial.read(folder.read("key.pem"), password: nil).privateKeys.first)
        try Counterpart.openssl.run(["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der"], in: folder)
        let expected = try PublicKeyInfo(der: folder.read("public.der")[...])
        if ["Ed448", "X448"].contains(algorithm.testDescription) {
            guard case .unknown(because: .unsupportedAlgorithm) = KeyPairMatch.of(key, and: expected) else {
                return #expect(Bool(false), "\(KeyPairMatch.of(key, and: expected))")
            }
        } else {
            #expect(try key.publicKeyInfo() == expected)
            #expect(KeyPairMatch.of(key, and: expected) == .yes)
        }
    }

    @Test func dsaTellsOnlyByItsParameters() throws {
        let folder = try TemporaryFolder()
        let pem = try folder.write(MaterialVectors.text("dsa.pem"), to: "dsa.pem")
        try Counterpart.openssl.run(["pkey", "-in", pem, "-pubout", "-outform", "DER", "-out", "public.der"], in: folder)
        let key = try MaterialVectors.key("dsa.pem")
        let own = try PublicKeyInfo(der: folder.read("public.der")[...])
        #expect(
            KeyPairMatch.of(key, and: own)
                == .unknown(because: .unsupportedAlgorithm(field: "public key of the private key", oid: "DSA")))
        try Counterpart.openssl.run(["dsaparam", "-noout", "-genkey", "-out", "other.pem", "1024"], in: folder)
        try Counterpart.openssl.run(["pkey", "-in", "other.pem", "-pubout", "-outform", "DER", "-out", "public.der"], in: folder)
        #expect(KeyPairMatch.of(key, and: try PublicKeyInfo(der: folder.read("public.der")[...])) == .no)
    }

    @Test func curvesWrittenOut() throws {
        let folder = try TemporaryFolder()
        let options = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"]
        try Counterpart.openssl.run(["genpkey", "-out", "key.pem"] + options, in: folder)
        try Counterpart.openssl.run(["pkey", "-in", "key.pem", "-traditional", "-out", "sec1.pem"], in: folder)
        try Counterpart.openssl.run(["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"], in: folder)
        let key = try #require(KeyMaterial.read(folder.read("sec1.pem"), password: nil).privateKeys.first)
        #expect(try key.der == folder.read("key.der"))
        try Counterpart.openssl.run(
            ["pkey", "-in", "key.pem", "-pubout", "-ec_param_enc", "named_curve", "-outform", "DER", "-out", "public.der"], in: folder)
        #expect(KeyPairMatch.of(key, and: try PublicKeyInfo(der: folder.read("public.der")[...])) == .yes)
    }

    @Test func ourPEMAndPKCS7() throws {
        let folder = try TemporaryFolder()
        let certificates = try MaterialVectors.read("bundle.pem").certificates
        #expect(try PEM.encode(certificates) == MaterialVectors.text("bundle.pem"))
        #expect(try PEM.encode(MaterialVectors.key("ec.pem")) == MaterialVectors.text("ec-pkcs8.pem"))
        #expect(try PEM.encode(MaterialVectors.key("leaf-key.pem").publicKeyInfo()) == MaterialVectors.text("leaf-public.pem"))

        let sevens = PKCS7.certificatesOnly(certificates)
        try folder.write(sevens, to: "c.p7b")
        let pem = try folder.write(PEM.encode(pkcs7: sevens), to: "c.pem")
        for arguments in [["-in", "c.p7b", "-inform", "DER"], ["-in", pem]] {
            let printed = try Counterpart.openssl.run(["pkcs7", "-print_certs"] + arguments, in: folder)
            #expect(try KeyMaterial.read(Array(printed.utf8), password: nil).certificates == certificates)
        }
        let listed = try Counterpart.keytool.run(["-printcert", "-file", "c.p7b"], in: folder)
        #expect(listed.contains("Certificate[3]"))
        #expect(try KeyMaterial.read(sevens, password: nil).certificates == certificates)
    }

    @Test func ourEncryptedKey() throws {
        let folder = try TemporaryFolder()
        let key = try MaterialVectors.key("ec.pem")
        for password in [Self.password, "Schlüssel-€"] {
            let encrypted = try key.encrypted(password: KeystorePassword(password), iterations: 5000)
            let pem = try folder.write(PEM.encode(encryptedPrivateKey: encrypted), to: "encrypted.pem")
            try Counterpart.openssl.run(
                ["pkey", "-in", pem, "-passin", "pass:\(password)", "-outform", "DER", "-out", "clear.der"], in: folder)
            let material = try KeyMaterial.read(encrypted, password: KeystorePassword(password))
            #expect(material.privateKeys == [key])
            #expect(try Counterpart.openssl.run(["asn1parse", "-in", pem], in: folder).contains("1388"), "5000 iterations")
        }
    }
}

@Suite("A certificate of our making is one for openssl and keytool") struct SelfSignedCertificateTests {
    static let names = try? ["dns:agent.example.com", "ip:192.0.2.7", "ip:2001:db8::1", "email:a@example.com"].map(AlternativeName.init)

    @Test(arguments: GeneratedKey.allCases) func verifies(kind: GeneratedKey) throws {
        let folder = try TemporaryFolder()
        let key = try PrivateKeyInfo.generate(kind)
        // 2026-01-01 to 2051-01-01: both forms of time.
        let request = try SelfSignedCertificate(
            subject: DistinguishedName("CN=Agent Größe, OU=Operations, O=\"Corp, Inc.\", C=GB"), notBefore: 1_767_225_600,
            notAfter: 2_556_144_000, alternativeNames: #require(Self.names))
        let certificate = try request.make(key: key)
        let pem = try folder.write(PEM.encode([certificate]), to: "c.pem")
        try Counterpart.openssl.run(["verify", "-attime", "1790000000", "-check_ss_sig", "-x509_strict", "-CAfile", pem, pem], in: folder)
        let text = try Counterpart.openssl.run(["x509", "-in", pem, "-noout", "-text", "-nameopt", "RFC2253,utf8,-esc_msb"], in: folder)
        #expect(text.contains("Subject: CN=Agent Größe,OU=Operations,O=Corp\\, Inc.,C=GB"))
        #expect(text.contains("DNS:agent.example.com, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1, email:a@example.com"))
        #expect(text.contains("Not After : Jan  1 00:00:00 2051 GMT") && text.contains("Version: 3"))

        let printed = try Counterpart.keytool.run(["-printcert", "-v", "-file", pem], in: folder)
        #expect(printed.contains("Owner: CN=Agent Größe, OU=Operations, O=\"Corp, Inc.\", C=GB"))
        #expect(printed.contains("Signature algorithm name: \(Self.javaName(kind))"))
        // The key we made is one for OpenSSL, with the certificate's public half.
        let keyPEM = try folder.write(PEM.encode(key), to: "key.pem")
        try Counterpart.openssl.run(["pkey", "-in", keyPEM, "-check", "-noout"], in: folder)
        #expect(
            try Counterpart.openssl.run(["pkey", "-in", keyPEM, "-pubout"], in: folder)
                == Counterpart.openssl.run(["x509", "-in", pem, "-noout", "-pubkey"], in: folder))
        #expect(KeyPairMatch.of(key, and: certificate) == .yes)
    }

    private static func javaName(_ kind: GeneratedKey) -> String {
        switch kind {
        case .rsa2048, .rsa3072: "SHA256withRSA"
        case .rsa4096: "SHA384withRSA"
        case .p256: "SHA256withECDSA"
        case .p384: "SHA384withECDSA"
        case .p521: "SHA512withECDSA"
        case .ed25519: "Ed25519"
        }
    }

    /// keytool's own certificate for the same order has the same fields and the same algorithm.
    @Test(arguments: [("RSA", "2048", "rsa2048"), ("RSA", "4096", "rsa4096"), ("EC", "256", "p256"), ("EC", "521", "p521")])
    func asKeytoolsOwn(algorithm: String, bits: String, kind: String) throws {
        let folder = try TemporaryFolder()
        let name = "CN=Agent, OU=Operations, O=\"Corp, Inc.\", L=Größe, EMAILADDRESS=a@example.com, DC=example, C=GB"
        let store = ["-keystore", "k.p12", "-storepass", "Secret-1", "-alias", "a"]
        try Counterpart.keytool.run(
            ["-genkeypair", "-keyalg", algorithm, "-keysize", bits, "-dname", name, "-ext", "san=dns:agent,ip:192.0.2.1"] + store,
            in: folder)
        try Counterpart.keytool.run(["-exportcert", "-file", "theirs.der"] + store, in: folder)
        let theirs = try StoredCertificate(der: folder.read("theirs.der")).outline()

        let made = try #require(["rsa2048": GeneratedKey.rsa2048, "rsa4096": .rsa4096, "p256": .p256, "p521": .p521][kind])
        let request = try SelfSignedCertificate(
            subject: DistinguishedName(name), notBefore: 1_767_225_600, notAfter: 1_867_225_600,
            alternativeNames: [AlternativeName("dns:agent"), AlternativeName("ip:192.0.2.1")])
        let certificate = try request.make(key: .generate(made))
        let ours = try certificate.outline()
        #expect(ours.subject == theirs.subject && ours.issuer == theirs.issuer)
        #expect(ours.signatureAlgorithm == theirs.signatureAlgorithm)
        #expect(ours.version == theirs.version)
        #expect(Set(ours.extensions.map(\.identifier)) == Set(theirs.extensions.map(\.identifier)))
        let alternative = try #require(ObjectIdentifier(dotted: "2.5.29.17"))
        #expect(ours.value(of: alternative) != nil && ours.value(of: alternative) == theirs.value(of: alternative))
        #expect(!theirs.extensions.contains(where: \.isCritical) && !ours.extensions.contains(where: \.isCritical))
    }

    @Test func refusals() throws {
        let subject = try DistinguishedName("CN=x")
        let key = try PrivateKeyInfo.generate(.p256)
        for (start, end) in [(2, 1), (-700_000_000, 1), (0, 253_402_300_800), (.min, .max)] as [(Int64, Int64)] {
            #expect(throws: KeystoreError.malformed(field: "validity", offset: 0)) {
                try SelfSignedCertificate(subject: subject, notBefore: start, notAfter: end).make(key: key)
            }
        }
        #expect(throws: KeystoreError.unsupportedAlgorithm(field: "signing key", oid: "DSA")) {
            try SelfSignedCertificate(subject: subject, notBefore: 0, notAfter: 1).make(key: MaterialVectors.key("dsa.pem"))
        }
    }

    @Test func serialNumbersAreRandomAndPositive() throws {
        let key = try PrivateKeyInfo.generate(.ed25519)
        let request = try SelfSignedCertificate(subject: DistinguishedName("CN=x"), notBefore: 0, notAfter: 1)
        let serials = try Set((0..<200).map { _ in try Array(request.make(key: key).outline().serial) })
        #expect(serials.count == 200)
        #expect(serials.allSatisfy { $0.count == 8 && (1...127).contains($0[0]) })
    }
}

@Suite("Generated secret keys have the length of their algorithm") struct GeneratedSecretKeyTests {
    @Test func lengths() throws {
        #expect(try SecretKey.generate(algorithm: "aes").bytes.count == 32)
        #expect(try SecretKey.generate(algorithm: "AES", bits: 128).bytes.count == 16)
        #expect(try SecretKey.generate(algorithm: "HmacSHA256").algorithm == "HmacSHA256")
        #expect(try SecretKey.generate(algorithm: "hmacsha512").bytes.count == 64)
        #expect(try SecretKey.generate(algorithm: "AES").bytes != SecretKey.generate(algorithm: "AES").bytes)
        for (algorithm, bits) in [("AES", 100), ("AES", 160), ("AES", 512), ("HmacSHA256", 0), ("HmacSHA256", -8), ("HmacSHA256", 129)] {
            #expect(throws: KeystoreError.malformed(field: "length of the secret key", offset: 0)) {
                try SecretKey.generate(algorithm: algorithm, bits: bits)
            }
        }
        #expect(throws: KeystoreError.unsupportedAlgorithm(field: "secret key", oid: "ROT13")) {
            try SecretKey.generate(algorithm: "ROT13")
        }
    }
}
