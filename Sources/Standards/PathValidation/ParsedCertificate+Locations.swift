import SwiftASN1
import X509

/// Where a certificate says that evidence about it is to be had.
extension ParsedCertificate {
    public var ocspURLs: [String] { accessURLs(.ocspServer) }
    /// caIssuers: where the issuer's certificate is.
    public var issuerURLs: [String] { accessURLs(.issuingCA) }
    /// The URIs of the full names of all distribution points (RFC 5280 §4.2.1.13), in order.
    public var crlURLs: [String] {
        guard let points = certificate.extensions[oid: [2, 5, 29, 31]], let root = try? DER.parse(points.value),
            case .constructed(let all) = root.content
        else { return [] }
        return all.flatMap(Self.fullNames)
    }
    /// All of them.
    public var evidenceURLs: [String] { ocspURLs + crlURLs + issuerURLs }

    private func accessURLs(_ method: AuthorityInformationAccess.AccessDescription.AccessMethod) -> [String] {
        let access = (try? certificate.extensions.authorityInformationAccess).flatMap { $0 } ?? AuthorityInformationAccess()
        return access.compactMap { description in
            guard description.method == method, case .uniformResourceIdentifier(let url) = description.location else { return nil }
            return url
        }
    }

    /// `DistributionPoint { [0] { [0] GeneralNames … } … }`
    private static func fullNames(_ point: ASN1Node) -> [String] {
        let zero = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        guard case .constructed(let fields) = point.content, let name = fields.first(where: { $0.identifier == zero }),
            case .constructed(let choices) = name.content, let full = choices.first(where: { $0.identifier == zero }),
            case .constructed(let names) = full.content
        else { return [] }
        return names.compactMap { node in
            guard case .uniformResourceIdentifier(let url)? = try? GeneralName(derEncoded: node) else { return nil }
            return url
        }
    }
}
