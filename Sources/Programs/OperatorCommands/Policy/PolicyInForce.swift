import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import Foundation
import LocalFiles
import PathValidation
import TrustPolicy

/// Whose policies are meant.
struct PolicyOptions: ParsableArguments {
    @Option(name: .customLong("policy"), help: ArgumentHelp("A policy table: JSON, as midguard policy set writes it.", valueName: "file"))
    var policyFile: String?
    @Option(
        help: ArgumentHelp(
            "Check as this vendor release does: \(ReleaseProfile.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var release: String?

    func validate() throws {
        if policyFile != nil, release != nil { throw ValidationError("Give --policy or --release, not both.") }
        if let release, ReleaseProfile.named(release) == nil {
            throw ValidationError("There is no release \(release); there are \(ReleaseProfile.all.map(\.name).joined(separator: ", ")).")
        }
    }

    /// In the place of `others`, whose instance keeps its category.
    func table(orElse others: PolicyTable) throws -> PolicyTable {
        if let policyFile { return try PolicyInForce.read(absolute(policyFile)) }
        guard let profile = release.flatMap(ReleaseProfile.named) else { return others }
        return profile.policies(instanceHosts: others.rows.filter { $0.category == .instance }.flatMap(\.includes))
    }

    func add(to context: inout FixContext) { (context.policyFile, context.release) = (policyFile.map(absolute), release) }
}

/// The rows that a command works with, and the file that changes go to.
struct PolicyInForce {
    var table: PolicyTable
    /// nil where there is nothing to write to.
    var path: String?

    init(_ options: PolicyOptions, home: String?) throws {
        var table = PolicyTable.standard(instanceHosts: [])
        if let home = home.map(absolute) {
            do throws(HomeFailure) {
                let home = try AgentHome(path: home)
                (table, path) = (home.policies, home.policyFile)
            } catch {
                throw CommandFailure(findings: [error.finding], exitCode: 3)
            }
        }
        if let file = options.policyFile { path = absolute(file) }
        // A table that is about to be made begins with Midguard's own rows.
        if let file = options.policyFile, !Files.exists(absolute(file)) {
            self.table = table
        } else {
            self.table = try options.table(orElse: table)
        }
    }

    static func read(_ path: String) throws -> PolicyTable {
        do throws(PolicyFileFailure) { return try AgentHome.policies(in: path) } catch {
            throw CommandFailure(findings: [error.finding], exitCode: error.isUnreadable ? 3 : 1)
        }
    }

    /// Writes at once, with a dated copy of what was there.
    func write(_ rows: [EndpointPolicy], dryRun: Bool) throws {
        guard let path else { throw ValidationError("Say whose policies: --home HOME or --policy FILE.") }
        do throws(PolicyFile.Failure) { try PolicyFile.check(rows) } catch {
            throw CommandFailure(findings: [PolicyFileFailure.content(path: path, error).finding], exitCode: 1)
        }
        if dryRun { return Console.result("\(path) would be written, \(rows.count) rows") }
        let bytes = PolicyFile.write(PolicyTable(rows: rows))
        do throws(FileFailure) {
            if Files.exists(path) {
                let backup = try Files.replaceKeepingBackup(path, with: bytes)
                Console.result("\(path): \(rows.count) rows; before: \(backup)")
            } else {
                try Files.replace(path, with: bytes)
                Console.result("\(path): \(rows.count) rows")
            }
        } catch {
            throw CommandFailure(findings: StoreProblem(error).findings, exitCode: 3)
        }
    }

    func row(_ name: String) throws -> EndpointPolicy {
        guard let row = table.rows.first(where: { $0.name == name }) else {
            throw CommandFailure(
                message: "There is no row \(name); there are \(table.rows.map(\.name).joined(separator: ", ")).", exitCode: 1)
        }
        return row
    }
}

/// A row for people and programs.
struct PolicyRowText {
    var row: EndpointPolicy

    var checks: String {
        let checks = row.checks
        let revocation =
            checks.revocation == .notChecked
            ? "no revocation" : "\(checks.sources.map { $0.rawValue.uppercased() }.joined(separator: "+")) \(checks.revocation.rawValue)"
        return [checks.chain ? "chain" : "no chain", checks.hostname ? "host name" : "no host name", revocation].joined(separator: ", ")
            + (checks.commonNameFallback ? ", common name counts" : "") + (row.reportOnly ? ", report only" : "")
    }

    var lines: [String] {
        var lines = ["\(row.name) (\(row.category.rawValue)): \(checks)"]
        if !row.includes.isEmpty { lines.append("  for \(row.includes.joined(separator: ", "))") }
        if !row.excludes.isEmpty { lines.append("  not for \(row.excludes.joined(separator: ", "))") }
        if let owner = row.owner { lines.append("  owner \(owner)\(row.reason.map { ": \($0)" } ?? "")") }
        if let until = row.until { lines.append("  until \(until.formatted(.iso8601))") }
        return lines
    }

    var json: JSONText {
        let checks = row.checks
        return .object([
            ("name", .string(row.name)), ("category", .string(row.category.rawValue)), ("includes", .strings(row.includes)),
            ("excludes", .strings(row.excludes)), ("chain", .bool(checks.chain)), ("hostname", .bool(checks.hostname)),
            ("revocation", .string(checks.revocation.rawValue)), ("sources", .strings(checks.sources.map(\.rawValue))),
            ("commonNameFallback", .bool(checks.commonNameFallback)), ("reportOnly", .bool(row.reportOnly)),
            ("owner", .optional(row.owner)),
            ("reason", .optional(row.reason)), ("until", .optional(row.until.map { $0.formatted(.iso8601) })),
        ])
    }
}

extension Console {
    static func result(_ json: JSONText) {
        var bytes: [UInt8] = []
        json.write(to: &bytes)
        result(String(decoding: bytes, as: UTF8.self))
    }
}
