import CertificateFactory
import Counterparts
import Foundation

/// openssl, for what the tests want of it.
enum OpenSSL {
    /// A certs-only PKCS#7, DER.
    static func certificatesOnly(_ pem: String) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try folder.write(Array(pem.utf8), to: "in.pem")
        try Counterpart.openssl.run(["crl2pkcs7", "-nocrl", "-certfile", "in.pem", "-outform", "DER", "-out", "out.p7b"], in: folder)
        return try folder.read("out.p7b")
    }

    static func selfSigned(_ arguments: [String]) throws -> String {
        let folder = try TemporaryFolder()
        let fixed = ["req", "-x509", "-nodes", "-keyout", "key.pem", "-out", "out.pem", "-days", "30", "-subj", "/CN=leaf.example"]
        try Counterpart.openssl.run(fixed + arguments, in: folder)
        return String(decoding: try folder.read("out.pem"), as: UTF8.self)
    }

    /// What `openssl verify` says of a server's chain, with the strict checks of RFC 5280 on.
    static func accepts(_ leaf: IssuedCertificate, sent: [IssuedCertificate], anchors: [TestAuthority], host: String? = nil) throws -> Bool
    {
        let folder = try TemporaryFolder()
        try folder.write(Array(leaf.pem.utf8), to: "leaf.pem")
        try folder.write(Array(sent.map(\.pem).joined().utf8), to: "sent.pem")
        try folder.write(Array(anchors.map(\.pem).joined().utf8), to: "anchors.pem")
        var words = ["verify", "-x509_strict", "-purpose", "sslserver", "-attime", "\(Int(TestClock.now.timeIntervalSince1970))"]
        words += ["-no-CAfile", "-no-CApath", "-no-CAstore", "-CAfile", "anchors.pem"]
        if !sent.isEmpty { words += ["-untrusted", "sent.pem"] }
        if let host { words += ["-verify_hostname", host] }
        do {
            try Counterpart.openssl.run(words + ["leaf.pem"], in: folder)
            return true
        } catch {
            // A missing program is no verdict.
            _ = try Counterpart.openssl.executable()
            return false
        }
    }
}
