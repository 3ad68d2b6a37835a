import StrictDER

/// Where a certificate says that evidence about it is to be had.
extension ParsedCertificate {
    public var ocspURLs: [String] { accessURLs(1) }
    /// caIssuers: where the issuer's certificate is.
    public var issuerURLs: [String] { accessURLs(2) }
    /// The URIs of the full names of all distribution points (RFC 5280 §4.2.1.13), in order.
    public var crlURLs: [String] {
        guard let value = outline.value(of: ObjectIdentifier(2, 5, 29, 31)),
            var points = try? DERReader.single(DERElement.Tag.sequence, in: value, "cRLDistributionPoints").inside
        else { return [] }
        var urls: [String] = []
        while let point = try? points.take(DERElement.Tag.sequence, "DistributionPoint") { urls += Self.fullNames(point) }
        return urls
    }
    /// All of them.
    public var evidenceURLs: [String] { ocspURLs + crlURLs + issuerURLs }

    /// 1.3.6.1.5.5.7.48.n
    private func accessURLs(_ method: UInt8) -> [String] {
        facts.access.compactMap { access in
            guard access.method.count == 8, access.method.starts(with: [0x2B, 6, 1, 5, 5, 7, 0x30]), access.method.last == method,
                case .uri(let url) = access.location
            else { return nil }
            return String(decoding: url, as: UTF8.self)
        }
    }

    /// `DistributionPoint { [0] { [0] GeneralNames … } … }`
    private static func fullNames(_ point: DERElement) -> [String] {
        var fields = point.inside
        guard let name = try? fields.take(DERElement.Tag.constructed(0), "distributionPoint"),
            var full = try? DERReader.single(DERElement.Tag.constructed(0), in: name.content, "fullName").inside
        else { return [] }
        var urls: [String] = []
        while let item = try? full.next("fullName") {
            if case .uri(let url)? = try? AlternativeName(item, "fullName") { urls.append(String(decoding: url, as: UTF8.self)) }
        }
        return urls
    }
}
