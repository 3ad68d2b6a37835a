import Foundation
import PathValidation
import Testing

@testable import TrustPolicy

@Suite("A policy file says what it says, and a slip in it is refused by name")
struct PolicyFileTests {
    private func failure(_ text: String) -> PolicyFile.Failure? {
        do throws(PolicyFile.Failure) {
            _ = try PolicyFile.read(Array(text.utf8))
            return nil
        } catch { return error }
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let until = Date(timeIntervalSince1970: 1_800_000_000)
        let table = PolicyTable(
            rows: [
                EndpointPolicy(
                    name: "printer", category: .overridden, includes: ["printer.corp.example", "10.1.0.0/16"], excludes: ["x.corp.example"],
                    checks: Checks(chain: true, hostname: false, revocation: .denyUnanswered, commonNameFallback: true, sources: [.ocsp]),
                    reportOnly: true, owner: "alice", reason: "old", until: until)
            ] + PolicyTable.standard(instanceHosts: ["*.example"]).rows)
        #expect(try PolicyFile.read(PolicyFile.write(table)) == table)
    }

    @Test func slipsAreNamed() {
        func row(_ more: String) -> String { #"{"policies":[{"name":"a","category":"internet"\#(more)}]}"# }
        #expect(failure(row("")) == nil)
        #expect(failure(row(#","hostname":true,"chain":false"#)) == .combination(row: "a"))
        #expect(failure(row(#","until":"tomorrow""#)) == .field(row: "a", field: "until", "is no RFC 3339 time"))
        for slip in [#","revokation":"denyUnknown""#, #","chain":"yes""#] {
            guard case .notJSON? = failure(row(slip)) else { return #expect(Bool(false), "\(slip)") }
        }
        for slip in [#","revocation":"maybe""#, #","includes":["a b"]"#, #","sources":["stapling"]"#, #","sources":[]"#] {
            guard case .field(row: "a", _, _)? = failure(row(slip)) else { return #expect(Bool(false), "\(slip)") }
        }
        guard case .notJSON? = failure("[") else { return #expect(Bool(false)) }
        #expect(failure(#"{"policies":[{"name":"a","category":"internet"},{"name":"a","category":"intranet"}]}"#) == .duplicate(row: "a"))
        // An exception without owner, reason or end is none.
        let override = #"{"policies":[{"name":"a","category":"overridden","includes":["h.example"],"owner":"me","reason":"r"}]}"#
        #expect(failure(override) == .field(row: "a", field: "until", "an override has an end"))
    }

    @Test func cutFilesAreRefused() {
        let whole = PolicyFile.write(.standard(instanceHosts: ["a.example"]))
        for length in 0..<(whole.count - 2) {
            let cut = failure(String(decoding: whole[..<length], as: UTF8.self))
            guard case .notJSON? = cut else { return #expect(Bool(false), "\(length)") }
        }
    }
}
