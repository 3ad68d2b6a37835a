import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Limits on what a request may bring, in bytes.
enum BodyLimit {
    /// Queue payloads: as large as the agent may send by default (`mid.eccq.max_payload_size`), and its XML around.
    static let queue = 21_000_000
    static let other = 1 << 20
    static let form = 16 << 10
}

extension Request {
    /// The whole body; a longer one is refused before it is kept.
    func bytes(upTo limit: Int) async throws -> ByteBuffer {
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw APIFault.tooLarge(limit: limit) }
        do { return try await body.collect(upTo: limit) } catch is NIOTooManyBytesError { throw APIFault.tooLarge(limit: limit) }
    }

    /// The body as JSON of that shape. What does not fit is named by its path, never by its value.
    func json<Value: Decodable>(_ type: Value.Type, upTo limit: Int = BodyLimit.other) async throws -> Value {
        let buffer = try await bytes(upTo: limit)
        do { return try JSONDecoder().decode(type, from: Data(buffer.readableBytesView)) } catch let error as DecodingError {
            throw APIFault.malformed(error.place)
        }
    }

    /// The body as a form (application/x-www-form-urlencoded); of a repeated name the last counts.
    func form() async throws -> [String: String] {
        let text = String(buffer: try await bytes(upTo: BodyLimit.form))
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.replacing("+", with: " ").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = String(parts[0]).removingPercentEncoding,
                let value = String(parts[1]).removingPercentEncoding
            else { throw APIFault.malformed("Not a form") }
            fields[name] = value
        }
        return fields
    }

    /// A parameter of the query string; an empty one counts as absent.
    func parameter(_ name: String) -> String? {
        uri.queryParameters[name[...]].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension DecodingError {
    fileprivate var place: String {
        func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
        }
        return switch self {
        case .keyNotFound(let key, let context): "Missing: \(path(context, key))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "Wrong type: \(path(context))"
        case .dataCorrupted(let context): context.codingPath.isEmpty ? "Not JSON" : "Bad value: \(path(context))"
        @unknown default: "Not readable"
        }
    }
}

/// JSON on its way out.
enum JSONAnswer {
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return ByteBuffer(bytes: try encoder.encode(value))
    }

    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: try encode(value)))
    }
}
