import FoundationEssentials
import PathValidation

/// A policy table as a file: `{"policies": [{"name": …, "category": …, "includes": […], "chain": true, …}]}`. Unknown fields are refused, since a
/// misspelt one would silently check less than was meant.
public enum PolicyFile {
    /// Larger files are refused, and tables with more rows.
    public static let sizeLimit = 4 << 20
    public static let rowLimit = 10_000

    /// Why a table is not taken. `row` is the name, or the number where there is none.
    public enum Failure: Error, Hashable, Sendable {
        case notJSON(String)
        case overLimit(String)
        case field(row: String, field: String, String)
        /// A host-name check without a chain check: the name is read from a validated certificate.
        case combination(row: String)
        case duplicate(row: String)
    }

    public static func read(_ bytes: [UInt8]) throws(Failure) -> PolicyTable {
        guard bytes.count <= sizeLimit else { throw .overLimit("\(bytes.count) bytes; at most \(sizeLimit)") }
        let document: Document
        do { document = try JSONDecoder().decode(Document.self, from: Data(bytes)) } catch let error as DecodingError {
            throw .notJSON(describe(error))
        } catch {
            throw .notJSON("it cannot be read")
        }
        guard document.policies.count <= rowLimit else { throw .overLimit("\(document.policies.count) rows; at most \(rowLimit)") }
        var rows: [EndpointPolicy] = []
        for (number, row) in document.policies.enumerated() { rows.append(try row.policy(number: number + 1)) }
        try check(rows)
        return PolicyTable(rows: rows)
    }

    public static func write(_ table: PolicyTable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = (try? encoder.encode(Document(policies: table.rows.map(Row.init)))) ?? Data()
        return Array(bytes) + [UInt8(ascii: "\n")]
    }

    /// What no table may hold, however it came about.
    public static func check(_ rows: [EndpointPolicy]) throws(Failure) {
        var names: Set<String> = []
        for row in rows {
            if row.name.isEmpty { throw .field(row: "?", field: "name", "is empty") }
            if !names.insert(row.name).inserted { throw .duplicate(row: row.name) }
            if row.checks.hostname, !row.checks.chain { throw .combination(row: row.name) }
            for pattern in row.includes + row.excludes where !isPattern(pattern) {
                throw .field(row: row.name, field: "includes", "\(pattern.prefix(80)) is no host, *.domain or address range")
            }
            guard row.category == .overridden else { continue }
            if row.includes.isEmpty { throw .field(row: row.name, field: "includes", "an override names its endpoints") }
            // Exceptions that nobody owns and that never end are how checks get lost.
            if row.owner?.isEmpty != false { throw .field(row: row.name, field: "owner", "an override has an owner") }
            if row.reason?.isEmpty != false { throw .field(row: row.name, field: "reason", "an override has a reason") }
            if row.until == nil { throw .field(row: row.name, field: "until", "an override has an end") }
        }
    }

    private static func isPattern(_ text: String) -> Bool {
        if text == "*" || AddressRange(text) != nil { return true }
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : Substring(text)
        return !name.isEmpty && name.utf8.count <= 253
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    private static func describe(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context)): \(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(place(context)) is of another type"
        case .dataCorrupted(let context): context.codingPath.isEmpty ? "it is not JSON" : "\(place(context)): \(context.debugDescription)"
        @unknown default: "it cannot be read"
        }
    }
}

private struct Document: Codable {
    var policies: [Row]

    init(policies: [Row]) { self.policies = policies }
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        try container.refuseOthers(than: ["policies"])
        policies = try container.decode([Row].self, forKey: AnyKey("policies"))
    }
    enum CodingKeys: String, CodingKey { case policies }
}

/// A row as it is written.
private struct Row: Codable {
    var name: String?
    var category: String?
    var includes: [String]?
    var excludes: [String]?
    var chain: Bool?
    var hostname: Bool?
    var revocation: String?
    var sources: [String]?
    var commonNameFallback: Bool?
    var reportOnly: Bool?
    var owner: String?
    var reason: String?
    var until: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, category, includes, excludes, chain, hostname, revocation, sources, commonNameFallback, reportOnly, owner, reason, until
    }

    init(_ policy: EndpointPolicy) {
        let checks = policy.checks
        (name, category, includes, excludes) = (policy.name, policy.category.rawValue, policy.includes, policy.excludes)
        (chain, hostname, revocation) = (checks.chain, checks.hostname, checks.revocation.rawValue)
        if checks.sources != Checks.allSources { sources = checks.sources.map(\.rawValue) }
        if checks.commonNameFallback { commonNameFallback = true }
        if policy.reportOnly { reportOnly = true }
        (owner, reason, until) = (policy.owner, policy.reason, policy.until.map { $0.formatted(.iso8601) })
    }

    init(from decoder: any Decoder) throws {
        try decoder.container(keyedBy: AnyKey.self).refuseOthers(than: Set(CodingKeys.allCases.map(\.rawValue)))
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decodeIfPresent(String.self, forKey: .name)
        category = try fields.decodeIfPresent(String.self, forKey: .category)
        includes = try fields.decodeIfPresent([String].self, forKey: .includes)
        excludes = try fields.decodeIfPresent([String].self, forKey: .excludes)
        chain = try fields.decodeIfPresent(Bool.self, forKey: .chain)
        hostname = try fields.decodeIfPresent(Bool.self, forKey: .hostname)
        revocation = try fields.decodeIfPresent(String.self, forKey: .revocation)
        sources = try fields.decodeIfPresent([String].self, forKey: .sources)
        commonNameFallback = try fields.decodeIfPresent(Bool.self, forKey: .commonNameFallback)
        reportOnly = try fields.decodeIfPresent(Bool.self, forKey: .reportOnly)
        owner = try fields.decodeIfPresent(String.self, forKey: .owner)
        reason = try fields.decodeIfPresent(String.self, forKey: .reason)
        until = try fields.decodeIfPresent(String.self, forKey: .until)
    }

    /// A check that is not mentioned is made.
    func policy(number: Int) throws(PolicyFile.Failure) -> EndpointPolicy {
        guard let name else { throw .field(row: "\(number)", field: "name", "is missing") }
        guard let category = category.flatMap(EndpointPolicy.Category.init) else {
            throw .field(
                row: name, field: "category", "is one of \(EndpointPolicy.Category.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let mode = Checks.Revocation(rawValue: revocation ?? Checks.Revocation.allowUnknown.rawValue) else {
            throw .field(row: name, field: "revocation", "is one of \(Checks.Revocation.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var checks = Checks(
            chain: chain ?? true, hostname: hostname ?? true, revocation: mode, commonNameFallback: commonNameFallback ?? false)
        if let sources {
            checks.sources = sources.compactMap { .init(rawValue: $0) }
            guard !sources.isEmpty, checks.sources.count == sources.count, Set(sources).count == sources.count else {
                throw .field(row: name, field: "sources", "are ocsp and crl, in the order in which they are asked")
            }
        }
        var end: Date?
        if let until {
            guard let date = try? Date(until, strategy: .iso8601) else { throw .field(row: name, field: "until", "is no RFC 3339 time") }
            end = date
        }
        return EndpointPolicy(
            name: name, category: category, includes: includes ?? [], excludes: excludes ?? [], checks: checks,
            reportOnly: reportOnly ?? false,
            owner: owner, reason: reason, until: end)
    }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<AnyKey> {
    fileprivate func refuseOthers(than known: Set<String>) throws {
        guard let other = allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: codingPath + [other],
                debugDescription: "there is no such field; there are \(known.sorted().joined(separator: ", "))"))
    }
}
