import CertificateFactory
import Counterparts
import Foundation
import PathValidation
import Testing
import X509

@Suite("openssl reads our lists and requests, and we read its lists and answers")
struct RevocationCounterpartTests {
    private let root: TestAuthority
    private let leaf: IssuedCertificate
    private let revoked: IssuedCertificate
    private let folder: TemporaryFolder

    init() throws {
        root = try .root()
        leaf = try root.issueLeaf()
        revoked = try root.issueLeaf("revoked.example")
        folder = try TemporaryFolder()
        try folder.write(Array(root.pem.utf8), to: "root.pem")
        try folder.write(Array(root.issued.keyPEM.utf8), to: "root.key")
        try folder.write(Array(leaf.pem.utf8), to: "leaf.pem")
        try folder.write(Array(revoked.pem.utf8), to: "revoked.pem")
        // The format of `openssl ca`: state, end, moment of revocation and reason, serial, file, subject.
        func line(_ state: String, _ certificate: IssuedCertificate) -> String {
            let serial = certificate.certificate.serialNumber.bytes.map { String(format: "%02X", $0) }.joined()
            return "\(state)\t491231235959Z\t\(state == "R" ? "260601000000Z,keyCompromise" : "")\t\(serial)\tunknown\t/CN=x\n"
        }
        try folder.write(Array((line("V", leaf) + line("R", revoked)).utf8), to: "index")
        let configuration =
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\n[x]\nauthorityKeyIdentifier=keyid\n"
        try folder.write(Array(configuration.utf8), to: "ca.cnf")
        try folder.write(Array("05".utf8), to: "number")
    }

    /// openssl writes its own clock into what it makes.
    private let now = Date()

    @Test func opensslReadsOurLists() throws {
        try folder.write(root.crl(revoking: [revoked], reason: .keyCompromise), to: "ours.crl")
        let text = try Counterpart.openssl.run(
            ["crl", "-inform", "DER", "-in", "ours.crl", "-CAfile", "root.pem", "-noout", "-text"], in: folder)
        #expect(text.contains("verify OK") && text.contains("Key Compromise") && text.contains("X509v3 CRL Number"))
    }

    @Test func weReadItsLists() throws {
        try Counterpart.openssl.run(
            [
                "ca", "-config", "ca.cnf", "-gencrl", "-crlexts", "x", "-cert", "root.pem", "-keyfile", "root.key", "-crldays", "7", "-out",
                "its.pem",
            ], in: folder)
        let list = try CertificateRevocationList(folder.read("its.pem"))
        #expect(list.count == 1 && list.number == [5])
        let issuers = [try root.issued.parsed]
        #expect(try list.judge(leaf.parsed, issuers: issuers, at: now, source: "u").word == "GOOD")
        guard case .revoked(_, _, .keyCompromise) = try list.judge(revoked.parsed, issuers: issuers, at: now, source: "u") else {
            Issue.record("not revoked")
            return
        }
    }

    @Test(arguments: [OCSPCertID.Hash.sha1, .sha256]) func itAnswersOurRequests(_ hash: OCSPCertID.Hash) throws {
        let delegate = try root.issueLeaf("Responder", san: nil) { $0.extendedKeyUsage = [.ocspSigning] }
        try folder.write(Array(delegate.pem.utf8), to: "delegate.pem")
        try folder.write(Array(delegate.keyPEM.utf8), to: "delegate.key")
        for signer in ["root", "delegate"] {
            for (certificate, word) in [(leaf, "GOOD"), (revoked, "REVOKED")] {
                let nonce: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
                let request = try OCSPRequest.make(for: certificate.parsed, issuer: root.issued.parsed, nonce: nonce, hash: hash)
                try folder.write(request, to: "request")
                try Counterpart.openssl.run(
                    [
                        "ocsp", "-index", "index", "-CA", "root.pem", "-rsigner", "\(signer).pem", "-rkey", "\(signer).key", "-reqin",
                        "request", "-ndays", "1", "-respout", "answer",
                    ], in: folder)
                let status = try OCSPResponse.judge(
                    folder.read("answer"), for: certificate.parsed, issuer: root.issued.parsed, at: now, source: "u", requestNonce: nonce,
                    limits: EvidenceLimits(requiresNonce: true))
                #expect(status.word == word, "\(signer): \(status)")
            }
        }
    }

    @Test func itReadsOurAnswers() throws {
        let request = try OCSPRequest(OCSPRequest.make(for: leaf.parsed, issuer: root.issued.parsed))
        let identifier = try #require(request.identifiers.first)
        let answer = try OCSPResponse.make(
            [(identifier: identifier, status: .good)], signer: root.issued.parsed, privateKey: root.privateKey, producedAt: now,
            nextUpdate: now + 3600)
        try folder.write(answer, to: "answer")
        let text = try Counterpart.openssl.run(
            ["ocsp", "-respin", "answer", "-issuer", "root.pem", "-cert", "leaf.pem", "-CAfile", "root.pem"], in: folder)
        #expect(text.contains("Response verify OK") && text.contains("leaf.pem: good"))
    }
}
