import SwiftASN1
import X509

/// Which of the authority's two keys signs.
public enum AuthorityIssuer: String, Hashable, Sendable, CaseIterable { case root, issuing }

/// Where the authority answers, over plain HTTP: certificates carry these addresses.
struct AuthorityPlaces: Hashable, Sendable {
    static let ocspPath = "/ocsp"
    static func listPath(_ issuer: AuthorityIssuer) -> String { "/crl/\(issuer.rawValue).crl" }
    static func certificatePath(_ issuer: AuthorityIssuer) -> String { "/aia/\(issuer.rawValue).cer" }

    /// `http://host:port`, no slash at the end.
    var base: String

    func informationAccess(issuer: AuthorityIssuer) -> AuthorityInformationAccess {
        AuthorityInformationAccess([
            .init(method: .ocspServer, location: .uniformResourceIdentifier(base + Self.ocspPath)),
            .init(method: .issuingCA, location: .uniformResourceIdentifier(base + Self.certificatePath(issuer))),
        ])
    }

    /// RFC 5280 §4.2.1.13: one point, its full name a URL.
    func distributionPoint(issuer: AuthorityIssuer) throws -> Certificate.Extension {
        func tag(_ number: UInt) -> ASN1Identifier { ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific) }
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { points in
            try points.appendConstructedNode(identifier: .sequence) { point in
                try point.appendConstructedNode(identifier: tag(0)) { name in
                    try name.appendConstructedNode(identifier: tag(0)) { fullName in
                        try fullName.serialize(GeneralName.uniformResourceIdentifier(base + Self.listPath(issuer)))
                    }
                }
            }
        }
        return Certificate.Extension(oid: [2, 5, 29, 31], critical: false, value: serializer.serializedBytes[...])
    }
}
