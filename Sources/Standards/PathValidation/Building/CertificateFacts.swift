import StrictDER
import SwiftASN1
import X509

/// What path validation reads out of one certificate, parsed once.
struct CertificateFacts: Sendable {
    let parsed: ParsedCertificate
    let subject: NormalisedName
    let issuer: NormalisedName
    let basicConstraints: BasicConstraints?
    let keyUsage: KeyUsage?
    let extendedKeyUsage: ExtendedKeyUsage?
    let nameConstraints: NameConstraints?
    let alternativeNames: [GeneralName]?
    let subjectKeyIdentifier: [UInt8]?
    let authorityKeyIdentifier: [UInt8]?
    let issuerURLs: [String]
    /// What of it should be readable or agree, and does not.
    let malformed: String?

    init(_ parsed: ParsedCertificate) {
        self.parsed = parsed
        subject = NormalisedName(parsed.subject)
        issuer = NormalisedName(parsed.issuer)
        var broken: String?
        func read<Value>(_ name: String, _ body: () throws -> Value?) -> Value? {
            do { return try body() } catch {
                broken = broken ?? name
                return nil
            }
        }
        let extensions = parsed.certificate.extensions
        basicConstraints = read("basicConstraints") { try extensions.basicConstraints }
        keyUsage = read("keyUsage") { try extensions.keyUsage }
        extendedKeyUsage = read("extendedKeyUsage") { try extensions.extendedKeyUsage }
        nameConstraints = read("nameConstraints") { try extensions.nameConstraints.map(Subtree.wellFormed) }
        alternativeNames = read("subjectAltName") { try extensions.subjectAlternativeNames.map(Array.init) }
        subjectKeyIdentifier = read("subjectKeyIdentifier") { try extensions.subjectKeyIdentifier.map { Array($0.keyIdentifier) } }
        authorityKeyIdentifier = read("authorityKeyIdentifier") { try extensions.authorityKeyIdentifier?.keyIdentifier.map(Array.init) }
        let access = read("authorityInfoAccess") { try extensions.authorityInformationAccess }
        issuerURLs = (access ?? AuthorityInformationAccess()).compactMap { description in
            guard description.method == .issuingCA, case .uniformResourceIdentifier(let url) = description.location else { return nil }
            return url
        }
        malformed = broken.map { "the extension \($0)" } ?? Self.signatureMismatch(parsed)
    }

    /// The algorithm is named twice; only one place is signed, so both must agree (RFC 5280 §4.1.1.2).
    private static func signatureMismatch(_ parsed: ParsedCertificate) -> String? {
        guard let outline = try? CertificateOutline(der: parsed.der[...]) else { return "its outermost fields" }
        return outline.innerAlgorithm == outline.signatureAlgorithm ? nil : "its signature algorithm, which it names in two ways"
    }

    /// Subject and issuer are the same name (RFC 5280 §3.2); says nothing about keys.
    var isSelfIssued: Bool { subject == issuer }

    /// Both key identifiers are there and differ: `issuer` has the right name and another key.
    func namesOtherKey(than issuer: CertificateFacts) -> Bool {
        guard let wanted = authorityKeyIdentifier, let found = issuer.subjectKeyIdentifier else { return false }
        return wanted != found
    }

    /// nil when it is none; otherwise how many authorities may follow (nil: any number).
    var authority: (pathLength: Int?, Void)? {
        if case .isCertificateAuthority(let limit) = basicConstraints { return (limit, ()) }
        return nil
    }
}

extension ParsedCertificate {
    /// Whether basicConstraints says that it may issue certificates.
    public var isCertificateAuthority: Bool {
        if case .isCertificateAuthority? = try? certificate.extensions.basicConstraints { true } else { false }
    }
}
