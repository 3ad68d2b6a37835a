import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import Foundation
import JavaKeystore
import LocalFiles
import PathValidation
import SwiftASN1
import TrustPolicy
import TrustedTransport

/// The trust store and the policies that a command works with: an agent's, a file's, or the machine's.
struct TrustInForce {
    let file: TrustStoreFile
    private(set) var configuration: TransportConfiguration
    private let proxy: ProxyOptions?
    private let policy: PolicyOptions?
    private let options: TrustStoreOptions
    private let passwordText: String
    /// That the home's own store is not the one in use.
    let note: Finding?
    var password: KeystorePassword { KeystorePassword(passwordText) }

    /// Debian's bundle, then others' places for it.
    static let machineBundles = AnchorMemory.machineBundles

    static var machineBundle: String? { machineBundles.first { FileManager.default.fileExists(atPath: $0) } }

    init(_ options: TrustStoreOptions, proxy: ProxyOptions? = nil, policy: PolicyOptions? = nil) throws {
        self.options = options
        self.policy = policy
        self.proxy = proxy
        var route: ProxyRoute?
        var kept: String?
        var further: String?
        var store: TrustStoreInForce?
        var saysName = true
        if proxy?.upgradeRoute == true, options.home == nil { throw ValidationError("--upgrade-route goes with --home.") }
        var policies = PolicyTable.standard(instanceHosts: [])
        var path = options.trustStore.map(absolute)
        if let home = options.home.map(absolute) {
            do {
                let home = try AgentHome(path: home)
                (policies, path, kept) = (home.policies, home.trustStore, home.evidenceFolder)
                (further, store, saysName) = (home.furtherAnchors, home.trustStoreInForce, home.settings.serverNameIndication)
                route = proxy?.upgradeRoute == true ? try home.upgradeProxy() : home.proxy
            } catch {
                throw CommandFailure(findings: [error.finding], exitCode: 3)
            }
        }
        note = options.home.flatMap { store?.finding(home: absolute($0)) }
        passwordText = try options.trustStorePasswordFile == nil ? store?.password?.reveal() ?? "changeit" : Self.passwordText(options)
        policies = try policy.map { try $0.table(orElse: policies) } ?? policies
        guard let path = path ?? Self.machineBundle else {
            throw CommandFailure(message: "This machine has no CA bundle: name a store with --trust-store.", exitCode: 3)
        }
        do {
            let read = try TrustStoreFile(path: path, password: KeystorePassword(passwordText))
            file = further.map(read.adding) ?? read
        } catch {
            throw CommandFailure(findings: [store?.explaining(error) ?? error.finding], exitCode: 3)
        }
        configuration = TransportConfiguration(
            anchors: file.anchors, trustStore: TrustStoreFacts(path: path, entries: file.certificates.count), policies: policies)
        configuration.keptEvidence = kept.map { KeptEvidence(folder: $0) }
        configuration.visits = kept.map { VisitBook(path: $0 + "/visits.json") }
        configuration.serverNameIndication = saysName
        configuration.proxy = try proxy.map { try $0.route(orElse: route) } ?? route
    }

    static func passwordText(_ options: TrustStoreOptions) throws -> String {
        try options.trustStorePasswordFile.map(FirstLine.ofPasswordFile) ?? "changeit"
    }

    /// Where the store is, whatever state it is in.
    static func path(of options: TrustStoreOptions) throws -> String {
        if let path = options.trustStore { return absolute(path) }
        do throws(HomeFailure) { return try AgentHome(path: absolute(options.home ?? ".")).trustStore } catch {
            throw CommandFailure(findings: [error.finding], exitCode: 3)
        }
    }

    func context(connect: HostAndPort?) -> FixContext {
        var context = FixContext(
            home: options.home.map(absolute), trustStore: options.trustStore.map(absolute),
            trustStorePasswordFile: options.trustStorePasswordFile.map(absolute),
            connect: connect.map { Endpoint(scheme: .tls, host: $0.host, port: $0.port).hostAndPort })
        proxy?.add(to: &context)
        policy?.add(to: &context)
        return context
    }

    func findings(on evidence: ConnectionEvidence, connect: HostAndPort?) -> [Finding] {
        ConnectionFindings.explaining(evidence, context: context(connect: connect))
    }

    /// Replaces the file at once, keeping owner and mode; returns where the old bytes are.
    func replace(with bytes: [UInt8]) throws -> String {
        do {
            return try Files.replaceKeepingBackup(file.path, with: bytes)
        } catch {
            throw CommandFailure(message: "\(file.path) could not be replaced: \(error)", exitCode: 3)
        }
    }

    static func failure(_ error: TrustStoreError) -> CommandFailure {
        CommandFailure(findings: [error.finding], exitCode: 3)
    }
}
