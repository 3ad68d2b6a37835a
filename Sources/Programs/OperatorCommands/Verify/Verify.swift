import ArgumentParser
import Diagnosis
import Foundation
import PathValidation
import TrustedTransport

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out whether a chain in a file is trusted, and if not, why not. No network.",
        discussion: """
            CHAIN holds PEM or DER certificates, the end entity first; the order of the others does not matter. Without --home and
            --trust-store the machine's CA bundle is used. With --crl or --ocsp the end entity must be known to be good.
            Exit code: 0 trusted, 1 refused, 3 the lists and answers say nothing of the end entity, or a file cannot be read.
            """)

    enum Profile: String, ExpressibleByArgument, CaseIterable { case rfc5280, web }
    enum Purpose: String, ExpressibleByArgument, CaseIterable { case server, client, any }
    enum Anchors: String, ExpressibleByArgument, CaseIterable { case constrained, nameAndKey = "name-and-key" }

    @Argument(help: "Certificates, the end entity first.") var chain: String
    @Option(help: "A host name or address that the certificate must have.") var hostname: String?
    @Option(help: "A mailbox that the certificate must have.") var mailbox: String?
    @OptionGroup var store: TrustStoreOptions
    @Option(help: "The time for the checks, RFC 3339 (2026-11-24T12:00:00Z).") var at: Moment?
    @Option(parsing: .upToNextOption, help: "Revocation lists, DER or PEM.") var crl: [String] = []
    @Option(parsing: .upToNextOption, help: "OCSP answers, DER.") var ocsp: [String] = []
    @Option(help: "Rules besides path validation: how RFC 5280, or the Web PKI, wants certificates made.") var profile: Profile?
    @Option(help: "What the certificate is used for.") var purpose: Purpose = .server
    @Option(help: "What of an anchor counts: all that it says, or its name and key as in RFC 5280.") var anchors: Anchors = .constrained
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if hostname != nil, mailbox != nil { throw ValidationError("Give --hostname or --mailbox, not both.") }
    }

    func run() async throws {
        let presented = try ChainFile.certificates(at: chain)
        let trust = try TrustInForce(store)
        let report = ChainReport(try await evidence(presented, anchors: trust.file.anchors))
        Console.result(output.isJSON ? try Console.json(report, pretty: true) : ChainText(colours: Console.colours).render(report))
        switch report.verdict {
        case .trusted: break
        case .refused: throw ExitCode(1)
        case .undetermined: throw ExitCode(3)
        }
    }

    private var rules: PathRules {
        var rules = PathRules(at: at?.date ?? Date())
        switch purpose {
        case .server: rules.purpose = .serverAuthentication
        case .client: rules.purpose = .clientAuthentication
        case .any: rules.purpose = .any
        }
        switch profile {
        case .rfc5280: rules.profile = .rfc5280
        case .web: rules.profile = .webPKI
        case nil: break
        }
        rules.anchors = anchors == .constrained ? .constrained : .nameAndKey
        return rules
    }

    private func evidence(_ presented: [ParsedCertificate], anchors: TrustAnchors) async throws -> ChainEvidence {
        let rules = rules
        let outcome = PathBuilder().build(presented: presented, anchors: anchors, rules: rules)
        var evidence = ChainEvidence(file: chain, presented: presented, rules: rules, outcome: outcome)
        if let leaf = presented.first {
            if let hostname { evidence.name = (hostname, matchName(hostname, against: leaf)) }
            if let mailbox { evidence.name = (mailbox, matchMailbox(mailbox, against: leaf)) }
        }
        guard outcome.isValid, !crl.isEmpty || !ocsp.isEmpty else { return evidence }
        let lists = try crl.map { path in
            let bytes = try ChainFile.bytes(at: path)
            do { return SourcedList(try CertificateRevocationList(bytes), source: path) } catch {
                throw CommandFailure(message: "\(path) is no revocation list: \(error)", exitCode: 3)
            }
        }
        let answers = try ocsp.map { (path: $0, bytes: try ChainFile.bytes(at: $0)) }
        evidence.revocation = await GivenEvidence(lists: lists, answers: answers, others: Array(presented.dropFirst()))
            .outcomes(of: outcome.best, at: rules.at)
        return evidence
    }
}

/// Lists and answers from files, asked about every certificate of a path.
struct GivenEvidence {
    var lists: [SourcedList]
    var answers: [(path: String, bytes: [UInt8])]
    /// Certificates that may have signed a list.
    var others: [ParsedCertificate]

    /// Revoked by anything is revoked; else what says good counts.
    func outcomes(of path: CandidatePath, at time: Date) async -> [RevocationOutcome] {
        let byLists = lists.isEmpty ? [] : await CRLPathChecker(lists: lists, signers: others).check(path: path, at: time)
        return path.certificates.indices.dropLast().map { index in
            let (certificate, issuer) = (path.certificates[index], path.certificates[index + 1])
            var statuses = answers.map { answer in
                OCSPResponse.judge(answer.bytes, for: certificate, issuer: issuer, at: time, source: answer.path)
            }
            if byLists.indices.contains(index) { statuses.append(byLists[index].status) }
            return RevocationOutcome(certificate: certificate, status: Self.gravest(statuses))
        }
    }

    private static func gravest(_ statuses: [RevocationOutcome.Status]) -> RevocationOutcome.Status {
        var (good, obstacles): (RevocationOutcome.Status?, [RevocationObstacle]) = (nil, [])
        for status in statuses {
            switch status {
            case .revoked: return status
            case .good: good = good ?? status
            case .unknown(let why): obstacles += why
            }
        }
        return good ?? .unknown(obstacles.isEmpty ? [.noSource] : obstacles)
    }
}
