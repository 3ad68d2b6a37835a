import AgentProtocol
import Foundation
import HTTPTypes
import Hummingbird

/// What a list request of the Table API asks for.
struct TableQuery: Sendable {
    var filter: EncodedQuery
    /// nil: all.
    var fields: [String]?
    /// nil: as many as the table gives at most.
    var limit: Int?
    var offset: Int

    /// `sysparm_query`, or without it `field=value` pairs, joined by and. Throws 400 for what cannot be read.
    init(_ request: Request) throws(APIFault) {
        if let text = request.parameter("sysparm_query") {
            do { filter = try EncodedQuery(text) } catch { throw .malformed("Bad query: \(error.part.prefix(100))") }
        } else {
            filter = EncodedQuery()
            for (name, value) in request.uri.queryParameters where !name.hasPrefix("sysparm_") {
                filter = filter.and(.init(String(name), .equal, String(value)))
            }
        }
        fields = request.parameter("sysparm_fields")?.split(separator: ",").map(String.init)
        limit = try Self.number("sysparm_limit", of: request)
        offset = try Self.number("sysparm_offset", of: request) ?? 0
    }

    private static func number(_ name: String, of request: Request) throws(APIFault) -> Int? {
        guard let text = request.parameter(name) else { return nil }
        guard let number = Int(text), number >= 0 else { throw .malformed("Bad value: \(name)") }
        return number
    }
}

/// A value that a client sends: strings mostly, but numbers and booleans are met too.
struct TableValue: Decodable, Sendable {
    var text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            text = ""
        } else if let flag = try? container.decode(Bool.self) {
            text = String(flag)
        } else if let number = try? container.decode(Int64.self) {
            text = String(number)
        } else {
            text = try container.decode(String.self)
        }
    }
}

/// The Table API's answers: `{"result": …}`, every value a string.
enum TableAnswer {
    private struct Envelope<Value: Encodable>: Encodable { var result: Value }

    static func list(_ records: [TableRecord], total: Int) throws -> Response {
        var headers: HTTPFields = [:]
        if let name = HTTPField.Name("X-Total-Count") { headers[name] = String(total) }
        return try JSONAnswer.response(Envelope(result: records.map(\.dictionary)), headers: headers)
    }

    static func one(_ record: TableRecord, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws -> Response {
        try JSONAnswer.response(Envelope(result: record.dictionary), status: status, headers: headers)
    }
}
