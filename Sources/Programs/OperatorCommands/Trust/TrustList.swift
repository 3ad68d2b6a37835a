import AgentRuntime
import ArgumentParser
import Foundation
import PathValidation
import TrustedTransport
import X509

struct TrustList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show whom a trust store trusts.")

    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var output: OutputOptions

    struct Row: Encodable {
        var subject: String
        var issuer: String
        var notAfter: Date
        var sha256: String
    }
    struct Listing: Encodable {
        var path: String
        var certificates: [Row]
        var unreadable: [String]
    }

    func run() async throws {
        let trust = try TrustInForce(store)
        let file = trust.file
        let rows = file.certificates.map {
            Row(subject: $0.subject.description, issuer: $0.issuer.description, notAfter: $0.notAfter, sha256: $0.sha256)
        }
        if output.isJSON {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Console.result(
                String(
                    decoding: try encoder.encode(Listing(path: file.path, certificates: rows, unreadable: file.unreadable)), as: UTF8.self))
            return
        }
        Console.result(
            "\(file.path): \(rows.count) certificates\(file.unreadable.isEmpty ? "" : ", \(file.unreadable.count) that cannot be read")")
        for line in file.further.words { Console.result(line) }
        if let note = trust.note { Console.error(FindingText(colours: false).render([note])) }
        for row in rows {
            Console.result("\(row.sha256.prefix(16))…  until \(row.notAfter.formatted(.iso8601.year().month().day()))  \(row.subject)")
        }
    }
}
