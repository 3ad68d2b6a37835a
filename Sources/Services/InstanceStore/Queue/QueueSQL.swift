import AgentProtocol
import GRDB

/// Encoded queries over `ecc_queue` as SQL. Column names come from the list here, values only as bound arguments.
enum QueueSQL {
    private struct Column {
        var sql: String
        /// Compared byte by byte: identifiers, and what has an index. Other text is compared without regard to case.
        var isExact = false
    }

    private static func column(_ field: String) throws(InstanceStoreError) -> Column {
        switch field {
        case "sys_id", "response_to", "agent", "queue", "state": Column(sql: field, isExact: true)
        case "priority", "sequence": Column(sql: field, isExact: true)
        case "topic", "name", "source", "payload", "agent_correlator", "error_string": Column(sql: field)
        case "sys_created_by": Column(sql: "created_by")
        case "sys_created_on": Column(sql: time("created_at"))
        case "sys_updated_on": Column(sql: time("updated_at"))
        default: throw .badQuery(field: field)
        }
    }

    private static func time(_ column: String) -> String { "strftime('%Y-%m-%d %H:%M:%S', \(column) / 1000, 'unixepoch')" }

    static func condition(_ query: EncodedQuery) throws(InstanceStoreError) -> (String, StatementArguments) {
        var arguments: StatementArguments = []
        var groups: [String] = []
        for group in query.groups {
            var terms: [String] = []
            for term in group {
                var alternatives: [String] = []
                for condition in term { alternatives.append(try sql(condition, &arguments)) }
                terms.append("(" + alternatives.joined(separator: " OR ") + ")")
            }
            groups.append("(" + terms.joined(separator: " AND ") + ")")
        }
        return (groups.isEmpty ? "1 = 1" : groups.joined(separator: " OR "), arguments)
    }

    static func order(_ query: EncodedQuery) throws(InstanceStoreError) -> String {
        var parts: [String] = []
        for order in query.order {
            // Times have seconds only; the rows' own order is finer.
            let sql = try order.field == "sys_created_on" ? "ordinal" : column(order.field).sql
            parts.append(sql + (order.isDescending ? " DESC" : ""))
        }
        return (parts + ["ordinal"]).joined(separator: ", ")
    }

    private static func sql(
        _ condition: EncodedQuery.Condition, _ arguments: inout StatementArguments
    ) throws(InstanceStoreError) -> String {
        let column = try column(condition.field)
        let collation = column.isExact ? "" : " COLLATE NOCASE"
        func compare(_ sign: String) -> String {
            arguments += [column.isExact ? number(condition) : condition.value]
            return "\(column.sql) \(sign) ?\(collation)"
        }
        func within(_ sign: String) -> String {
            let values = condition.value.split(separator: ",").map(String.init)
            arguments += StatementArguments(values)
            return "\(column.sql)\(collation) \(sign) (" + values.map { _ in "?" }.joined(separator: ", ") + ")"
        }
        func text(_ pattern: String) -> String {
            arguments += [condition.value]
            return "(" + pattern.replacingPlaceholder("COLUMN", with: "lower(COALESCE(\(column.sql), ''))") + ")"
        }
        return switch condition.comparison {
        case .equal: condition.value.isEmpty ? "COALESCE(\(column.sql), '') = ''" : compare("=")
        case .notEqual: condition.value.isEmpty ? "COALESCE(\(column.sql), '') <> ''" : compare("IS NOT")
        case .below: compare("<")
        case .atMost: compare("<=")
        case .above: compare(">")
        case .atLeast: compare(">=")
        case .isIn: within("IN")
        case .notIn: within("NOT IN")
        case .isEmpty: "COALESCE(\(column.sql), '') = ''"
        case .isNotEmpty: "COALESCE(\(column.sql), '') <> ''"
        case .like: text("instr(COLUMN, lower(?)) > 0")
        case .notLike: text("instr(COLUMN, lower(?)) = 0")
        case .startsWith: text("instr(COLUMN, lower(?)) = 1")
        case .endsWith: text("COLUMN LIKE '%' || replace(replace(replace(lower(?), '\\', '\\\\'), '%', '\\%'), '_', '\\_') ESCAPE '\\'")
        }
    }

    /// Numbers are compared as numbers, `2` and `10` in this order.
    private static func number(_ condition: EncodedQuery.Condition) -> (any DatabaseValueConvertible)? {
        guard ["priority", "sequence"].contains(condition.field), let number = Int64(condition.value) else { return condition.value }
        return number
    }
}

extension String {
    fileprivate func replacingPlaceholder(_ name: String, with text: String) -> String {
        split(separator: name, omittingEmptySubsequences: false).joined(separator: text)
    }
}
