/// A filter over a table, as `sysparm_query` and `__encoded_query` carry it: groups joined by `^NQ`, terms by `^`, alternatives by `^OR`.
public struct EncodedQuery: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable, CaseIterable {
        // The longest spelling first: the earliest, then longest operator counts.
        case isNotEmpty = "ISNOTEMPTY", startsWith = "STARTSWITH", isEmpty = "ISEMPTY", notLike = "NOT LIKE", notIn = "NOT IN"
        case endsWith = "ENDSWITH", like = "LIKE", isIn = "IN", notEqual = "!=", atMost = "<=", atLeast = ">=", equal = "=", below = "<"
        case above = ">"
    }
    public struct Condition: Hashable, Sendable {
        public var field: String
        public var comparison: Operator
        public var value: String
        public init(_ field: String, _ comparison: Operator, _ value: String) {
            (self.field, self.comparison, self.value) = (field, comparison, value)
        }
    }
    public struct Order: Hashable, Sendable {
        public var field: String
        public var isDescending: Bool
        public init(_ field: String, isDescending: Bool) { (self.field, self.isDescending) = (field, isDescending) }
    }
    /// Any group, all of its terms, any condition of a term.
    public var groups: [[[Condition]]]
    public var order: [Order]

    /// The part that could not be read. Nothing of the query is used then: dropping a part would widen what it selects.
    public struct Invalid: Error, Hashable, Sendable {
        public var part: String
    }

    /// Terms in one query, and bytes of it.
    static let limit = (terms: 200, bytes: 65_536)

    public init(groups: [[[Condition]]] = [], order: [Order] = []) { (self.groups, self.order) = (groups, order) }

    /// The same query with one more term that must hold, whatever else is asked for.
    public func and(_ condition: Condition) -> EncodedQuery {
        EncodedQuery(groups: groups.isEmpty ? [[[condition]]] : groups.map { $0 + [[condition]] }, order: order)
    }

    public init(_ text: String) throws(Invalid) {
        (groups, order) = ([], [])
        guard text.utf8.count <= Self.limit.bytes else { throw Invalid(part: String(text.prefix(40))) }
        var group: [[Condition]] = []
        var terms = 0
        for part in text.split(separator: "^").map(String.init) where part != "EQ" {
            terms += 1
            guard terms <= Self.limit.terms else { throw Invalid(part: part) }
            if part.hasPrefix("ORDERBYDESC") {
                order.append(Order(try Self.orderField(part.dropFirst(11), of: part), isDescending: true))
            } else if part.hasPrefix("ORDERBY") {
                order.append(Order(try Self.orderField(part.dropFirst(7), of: part), isDescending: false))
            } else if part.hasPrefix("NQ") {
                if !group.isEmpty { groups.append(group) }
                group = [[try Self.condition(String(part.dropFirst(2)))]]
            } else if part.hasPrefix("OR") {
                guard !group.isEmpty else { throw Invalid(part: part) }
                group[group.count - 1].append(try Self.condition(String(part.dropFirst(2))))
            } else {
                group.append([try Self.condition(part)])
            }
        }
        if !group.isEmpty { groups.append(group) }
    }

    private static func isFieldCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLowercase || character.isNumber || character == "_" || character == ".")
    }

    private static func orderField(_ field: Substring, of part: String) throws(Invalid) -> String {
        guard !field.isEmpty, field.allSatisfy(isFieldCharacter) else { throw Invalid(part: part) }
        return String(field)
    }

    private static func condition(_ part: String) throws(Invalid) -> Condition {
        let field = part.prefix(while: isFieldCharacter)
        let rest = part[field.endIndex...]
        guard !field.isEmpty, let comparison = Operator.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
            throw Invalid(part: part)
        }
        let value = String(rest.dropFirst(comparison.rawValue.count))
        // Scripts are not evaluated.
        guard !value.lowercased().hasPrefix("javascript:") else { throw Invalid(part: part) }
        guard value.isEmpty || comparison != .isEmpty && comparison != .isNotEmpty else { throw Invalid(part: part) }
        return Condition(String(field), comparison, value)
    }

    public func matches(_ fields: [String: String]) -> Bool {
        groups.isEmpty || groups.contains { group in group.allSatisfy { term in term.contains { $0.matches(fields[$0.field] ?? "") } } }
    }
}

extension EncodedQuery.Condition {
    /// Text is compared without regard to case; two numbers as numbers.
    func matches(_ found: String) -> Bool {
        let (left, right) = (found.lowercased(), value.lowercased())
        return switch comparison {
        case .equal: left == right
        case .notEqual: left != right
        case .like: left.contains(right)
        case .notLike: !left.contains(right)
        case .startsWith: left.hasPrefix(right)
        case .endsWith: left.hasSuffix(right)
        case .isIn: right.split(separator: ",").contains { $0 == left }
        case .notIn: !right.split(separator: ",").contains { $0 == left }
        case .isEmpty: left.isEmpty
        case .isNotEmpty: !left.isEmpty
        case .below: compare(left, right) < 0
        case .atMost: compare(left, right) <= 0
        case .above: compare(left, right) > 0
        case .atLeast: compare(left, right) >= 0
        }
    }

    private func compare(_ left: String, _ right: String) -> Int {
        if let one = Double(left), let other = Double(right), one.isFinite, other.isFinite { return one < other ? -1 : one > other ? 1 : 0 }
        return left < right ? -1 : left > right ? 1 : 0
    }
}
