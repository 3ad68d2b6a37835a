import AgentProtocol
import Foundation
import InstanceServer
import InstanceStore
import Testing

@Suite("OpenSSL accepts what the authority issues, lists and answers") struct AuthorityTests {
    @Test("the instance's own chain verifies, host name and purpose included")
    func ownChain() async throws {
        try await withInstance { instance in
            let session = try await Tool.openssl.run([
                "s_client", "-connect", "127.0.0.1:\(instance.ports.https)", "-servername", "localhost", "-CAfile", instance.rootPath,
                "-verify_hostname", "localhost", "-purpose", "sslserver", "-verify_return_error", "-showcerts",
            ])
            #expect(session.status == 0, "\(session.error)")
            #expect(session.out.contains("Verify return code: 0 (ok)"))
            #expect(session.out.components(separatedBy: "BEGIN CERTIFICATE").count == 3, "leaf and issuing certificate, no root")
        }
    }

    @Test("OCSP: good, then revoked with date and reason; a serial that was never issued is unknown")
    func ocsp() async throws {
        try await withInstance { instance in
            let folder = try Folder(instance)
            let authority = try await instance.service.authority()
            let server = try await authority.issueServerCertificate(names: ["app.example", "10.1.2.3"], now: Date())
            try await folder.write(server)
            let files = ["-issuer", folder.issuing, "-cert", folder.leaf]
            let good = try await folder.ask(files)
            #expect(good.status == 0 && good.error.contains("Response verify OK"), "\(good.error)")
            #expect(good.out.contains("leaf.pem: good"))

            // By the operator's own way into the data directory: the running server sees it.
            try await instance.administration.authority().revoke(serial: server.serial, reason: 1, now: Date())
            let revoked = try await folder.ask(files)
            #expect(revoked.out.contains("leaf.pem: revoked") && revoked.out.contains("Reason: keyCompromise"), "\(revoked.out)")
            let sha256 = try await folder.ask(["-sha256"] + files)
            #expect(sha256.out.contains("leaf.pem: revoked"))

            let unknown = try await folder.ask(["-issuer", folder.issuing, "-serial", "0x1234"])
            #expect(unknown.out.contains("0x1234: unknown"))
            let issuing = try await folder.ask(["-issuer", instance.rootPath, "-cert", folder.issuing])
            #expect(issuing.out.contains("issuing.pem: good") && issuing.error.contains("Response verify OK"), "\(issuing.error)")
            await #expect(throws: InstanceAuthorityError.notIssued(serial: "1234")) {
                try await authority.revoke(serial: "1234", now: Date())
            }
        }
    }

    @Test("OCSP by GET gives the same verdict; what is no request gets an error answer, not an error page")
    func ocspByGet() async throws {
        try await withInstance { instance in
            let folder = try Folder(instance)
            try await folder.write(try await instance.service.authority().issueServerCertificate(names: ["a.example"], now: Date()))
            let made = try await Tool.openssl.run([
                "ocsp", "-issuer", folder.issuing, "-cert", folder.leaf, "-no_nonce", "-reqout", folder.path + "/request.der",
            ])
            #expect(made.status == 0, "\(made.error)")
            let request = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/request.der")).base64EncodedString()
            var allowed = CharacterSet.alphanumerics
            allowed.insert(charactersIn: "-._~")
            let escaped = try #require(request.addingPercentEncoding(withAllowedCharacters: allowed))
            for path in [request, escaped] {
                let fetched = try await Tool.curl.run(["-sS", "-f", "-o", folder.path + "/answer.der", instance.plain + "/ocsp/" + path])
                #expect(fetched.status == 0, "\(fetched.error)")
                let read = try await Tool.openssl.run([
                    "ocsp", "-respin", folder.path + "/answer.der", "-issuer", folder.issuing, "-cert", folder.leaf, "-CAfile",
                    folder.bundle,
                ])
                #expect(read.out.contains("leaf.pem: good"), "\(read.error)")
            }
            let junk = try await Tool.curl.run([
                "-sS", "-f", "-o", folder.path + "/junk.der", "--data-binary", "junk", "-H", "Content-Type: application/ocsp-request",
                instance.plain + "/ocsp",
            ])
            #expect(junk.status == 0, "\(junk.error)")
            let junkText = try await Tool.openssl.run(["ocsp", "-respin", folder.path + "/junk.der", "-resp_text", "-noverify"])
            #expect((junkText.out + junkText.error).contains("malformedrequest"))
        }
    }

    @Test("revocation lists are signed by their issuer and name what was revoked; verification with them refuses it")
    func lists() async throws {
        try await withInstance { instance in
            let folder = try Folder(instance)
            let authority = try await instance.service.authority()
            let server = try await authority.issueServerCertificate(names: ["app.example"], now: Date())
            try await folder.write(server)
            let before = try await folder.fetchLists()
            #expect(before.out.contains("No Revoked Certificates"))
            let accepted = try await folder.verify()
            #expect(accepted.status == 0, "\(accepted.error)")

            try await authority.revoke(serial: server.serial, reason: 4, now: Date())
            let after = try await folder.fetchLists()
            #expect(after.error.contains("verify OK"), "\(after.error)")
            #expect(after.out.lowercased().contains(server.serial), "\(after.out)")
            #expect(after.out.contains("Superseded"))
            let refused = try await folder.verify()
            #expect(refused.status != 0 && refused.error.contains("certificate revoked"), "\(refused.error)")
        }
    }

    @Test("the addresses in a certificate lead to its issuer and its list")
    func places() async throws {
        try await withInstance { instance in
            let folder = try Folder(instance)
            try await folder.write(try await instance.service.authority().issueServerCertificate(names: ["a.example"], now: Date()))
            for (file, issuer) in [(folder.leaf, "issuing"), (folder.issuing, "root")] {
                let text = try await Tool.openssl.run(["x509", "-in", file, "-noout", "-text"]).out
                #expect(text.contains("CA Issuers - URI:\(instance.plain)/aia/\(issuer).cer"))
                #expect(text.contains("OCSP - URI:\(instance.plain)/ocsp"))
                #expect(text.contains("URI:\(instance.plain)/crl/\(issuer).crl"))
                let fetched = folder.path + "/fetched.cer"
                #expect(try await Tool.curl.run(["-sS", "-f", "-o", fetched, "\(instance.plain)/aia/\(issuer).cer"]).status == 0)
                let own = try await Tool.openssl.run(["x509", "-in", file, "-noout", "-issuer_hash"]).out
                #expect(try await Tool.openssl.run(["x509", "-inform", "DER", "-in", fetched, "-noout", "-hash"]).out == own)
            }
        }
    }

    @Test("names that are neither host nor address are refused")
    func badNames() async throws {
        try await withInstance { instance in
            let authority = try await instance.service.authority()
            for name in ["", "a b", "-a.example", "a\u{0}b", "https://a.example"] {
                await #expect(throws: InstanceAuthorityError.nameInvalid(name)) {
                    try await authority.issueServerCertificate(names: [name], now: Date())
                }
            }
        }
    }
}

/// The files that openssl wants, inside the instance's own folder.
private struct Folder: Sendable {
    var instance: RunningInstance
    var path: String
    var leaf: String { path + "/leaf.pem" }
    var issuing: String { path + "/issuing.pem" }
    /// Root and issuing certificate.
    var bundle: String { path + "/bundle.pem" }

    init(_ instance: RunningInstance) throws {
        self.instance = instance
        path = instance.directory + "/openssl"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ server: IssuedServerCertificate) async throws {
        for (der, file) in zip(server.chain, [leaf, issuing]) {
            try Data(der).write(to: URL(fileURLWithPath: path + "/one.der"))
            _ = try await Tool.openssl.run(["x509", "-inform", "DER", "-in", path + "/one.der", "-out", file])
        }
        let both = try String(contentsOfFile: instance.rootPath, encoding: .utf8) + String(contentsOfFile: issuing, encoding: .utf8)
        try both.write(toFile: bundle, atomically: true, encoding: .utf8)
    }

    func ask(_ arguments: [String]) async throws -> Tool.Output {
        try await Tool.openssl.run(["ocsp"] + arguments + ["-url", instance.plain + "/ocsp", "-CAfile", bundle])
    }

    /// Both lists as PEM beside the bundle; the issuing one as text.
    func fetchLists() async throws -> Tool.Output {
        var pem = ""
        for issuer in ["root", "issuing"] {
            let list = path + "/\(issuer).crl"
            let fetched = try await Tool.curl.run(["-sS", "-f", "-o", list, "\(instance.plain)/crl/\(issuer).crl"])
            try #require(fetched.status == 0, "curl: \(fetched.error)")
            pem += try await Tool.openssl.run(["crl", "-inform", "DER", "-in", list]).out
        }
        try pem.write(toFile: path + "/lists.pem", atomically: true, encoding: .utf8)
        return try await Tool.openssl.run(["crl", "-inform", "DER", "-in", path + "/issuing.crl", "-noout", "-text", "-CAfile", bundle])
    }

    func verify() async throws -> Tool.Output {
        try await Tool.openssl.run([
            "verify", "-crl_check_all", "-CRLfile", path + "/lists.pem", "-CAfile", instance.rootPath, "-untrusted", issuing, leaf,
        ])
    }
}
