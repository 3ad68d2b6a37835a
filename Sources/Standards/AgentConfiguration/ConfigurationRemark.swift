public import StrictXML

/// What is wrong, or about to be, in a file that can be read. Secrets are never in here.
public enum ConfigurationRemark: Hashable, Sendable {
    case duplicateParameter(name: String, positions: [XMLPosition], counts: XMLPosition)
    case unknownParameter(name: String, nearest: String?, at: XMLPosition)
    /// `encrypted:` before something that is no base64: authentication will fail.
    case encryptedPrefixOnClearText(name: String, at: XMLPosition)
    case secretInClear(name: String, at: XMLPosition)
    case badValue(name: String, expected: String, at: XMLPosition)
    case proxyHostHasScheme(name: String, value: String, at: XMLPosition)
    /// The bootstrap checks are for other hosts than the instance's.
    case targetEndpointElsewhere(pattern: String, host: String, at: XMLPosition)
}

extension ConfigurationFile {
    public func remarks() -> [ConfigurationRemark] {
        var remarks: [ConfigurationRemark] = []
        for (name, group) in Dictionary(grouping: parameters, by: \.name).sorted(by: { $0.key < $1.key }) where group.count > 1 {
            remarks.append(.duplicateParameter(name: name, positions: group.map(\.position), counts: group[group.count - 1].position))
        }
        for parameter in parameters {
            guard let known = KnownParameter.named(parameter.name) else {
                if !Self.isOpenFamily(parameter.name) {
                    remarks.append(
                        .unknownParameter(name: parameter.name, nearest: Self.nearest(to: parameter.name), at: parameter.position))
                }
                continue
            }
            remarks += Self.remarks(on: parameter, known)
        }
        return remarks + targetElsewhere
    }

    private var targetElsewhere: [ConfigurationRemark] {
        guard let target = parameters.last(where: { $0.name == "mid.ssl.bootstrap.default.target_endpoint" && !$0.value.isEmpty }),
            let host = try? Reading(file: self).instanceURL().host
        else { return [] }
        let pattern = target.value.lowercased()
        let covers = pattern.hasPrefix("*") ? host.hasSuffix(pattern.dropFirst()) : host == pattern
        return covers ? [] : [.targetEndpointElsewhere(pattern: target.value, host: host, at: target.position)]
    }

    private static func remarks(on parameter: Parameter, _ known: KnownParameter) -> [ConfigurationRemark] {
        let (name, value, at) = (parameter.name, parameter.value, parameter.position)
        guard !value.isEmpty else { return [] }
        if known.isProxyHost, value.contains("://") { return [.proxyHostHasScheme(name: name, value: withoutUser(value), at: at)] }
        switch known.kind {
        case .text: return []
        case .url:
            // http:// has an error of its own in AgentSettings.
            return ["https://", "http://"].contains { value.lowercased().hasPrefix($0) }
                ? [] : [.badValue(name: name, expected: "a URL beginning with https://", at: at)]
        case .flag: return ["true", "false"].contains(value.lowercased()) ? [] : [.badValue(name: name, expected: "true or false", at: at)]
        case .number(let range):
            return Int(value).map(range.contains) == true
                ? [] : [.badValue(name: name, expected: "a number from \(range.lowerBound) to \(range.upperBound)", at: at)]
        case .secret:
            guard value.hasPrefix("encrypted:") else { return parameter.isSecure ? [] : [.secretInClear(name: name, at: at)] }
            return isBase64(value.dropFirst("encrypted:".count)) ? [] : [.encryptedPrefixOnClearText(name: name, at: at)]
        }
    }

    /// Families whose members are anybody's, such as profiles of client certificates.
    private static func isOpenFamily(_ name: String) -> Bool {
        ["mid.httpclient.protocol.", "mid.property.", "ext.cred."].contains { name.hasPrefix($0) }
    }

    private static func isBase64(_ text: Substring) -> Bool {
        let body = text.prefix { $0 != "=" }
        return !text.isEmpty && text.utf8.count.isMultiple(of: 4) && text.dropFirst(body.count).allSatisfy { $0 == "=" }
            && text.count - body.count <= 2
            && body.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 43 || $0 == 47 }
    }

    /// The known name with the smallest edit distance, if it is a likely slip.
    private static func nearest(to name: String) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(128))
        func distance(_ other: String) -> Int {
            let right = Array(other.utf8)
            var row = Array(0...right.count)
            for (index, byte) in wanted.enumerated() {
                var diagonal = row[0]
                row[0] = index + 1
                for column in 0..<right.count {
                    let next = min(row[column] + 1, row[column + 1] + 1, diagonal + (byte == right[column] ? 0 : 1))
                    (diagonal, row[column + 1]) = (row[column + 1], next)
                }
            }
            return row[right.count]
        }
        let best = KnownParameter.all.map { (distance($0.name), $0.name) }.min { $0.0 < $1.0 }
        return best.flatMap { $0.0 <= max(2, name.utf8.count / 4) ? $0.1 : nil }
    }
}
