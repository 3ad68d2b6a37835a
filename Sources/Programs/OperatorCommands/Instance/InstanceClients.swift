import ArgumentParser
import Diagnosis
import Foundation
import InstanceServer
import InstanceStore
import JavaKeystore
import PathValidation

struct InstanceClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "Manage which client certificates log in, and as whom (mutual TLS).",
        discussion: """
            The instance's own authority issues certificates to its agents and maps them by itself (midguard identity mutual-tls HOME on). Those of
            other authorities are looked at once the authority is published, and count once the certificate is mapped to a user.
            """,
        subcommands: [ClientsList.self, ClientsPublish.self, ClientsUnpublish.self, ClientsMap.self, ClientsUnmap.self, ClientsRevoke.self])
}

struct ClientsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show published authorities and mapped certificates.")
    @OptionGroup var instance: InstanceData
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (authorities, certificates) = try await instance.administer {
            (try await $0.store.clientAuthorities(), try await $0.store.clientCertificates())
        }
        for authority in authorities.compactMap({ try? ParsedCertificate(der: $0) }) {
            if output.isJSON {
                Console.result(
                    .object([
                        ("kind", .string("authority")), ("sha256", .string(authority.sha256)),
                        ("subject", .string(authority.subject.description)),
                    ]))
            } else {
                Console.result("authority  \(authority.sha256)  \(authority.subject)")
            }
        }
        for certificate in certificates {
            let end = certificate.notAfter.formatted(.iso8601)
            if output.isJSON {
                Console.result(
                    .object([
                        ("kind", .string("certificate")), ("sha256", .string(certificate.sha256)), ("user", .string(certificate.userName)),
                        ("subject", .string(certificate.subject)), ("notAfter", .string(end)), ("serial", .optional(certificate.serial)),
                    ]))
            } else {
                Console.result("certificate  \(certificate.sha256)  \(certificate.userName)  \(certificate.subject)  until \(end)")
            }
        }
    }
}

struct ClientsPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Look at client certificates of an authority: its root, and its intermediates.")
    @Argument(help: "A file with the authority's certificates (PEM, DER, PKCS#7).") var file: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        for certificate in try InstanceData.certificates(file) {
            try await instance.administer {
                try await $0.store.addClientAuthority(
                    sha256: certificate.sha256, certificate: certificate.der, by: InstanceData.who, now: Date())
            }
            Console.result("Published: \(certificate.subject), \(certificate.sha256)")
        }
    }
}

struct ClientsUnpublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpublish", abstract: "Look at an authority's client certificates no more.")
    @Argument(help: "The authority's SHA-256, as list shows it.") var sha256: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        try await instance.administer {
            try await $0.store.removeClientAuthority(sha256: sha256.lowercased(), by: InstanceData.who, now: Date())
        }
    }
}

struct ClientsMap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "map", abstract: "Let whoever has a certificate's key log in as a user.")
    @Argument(help: "A file with the certificate, without its key.") var file: String
    @Option(help: "The user, as midguard instance enroll names it.") var user: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        guard let certificate = try InstanceData.certificates(file).first else { return }
        let mapping = ClientCertificateMapping(
            sha256: certificate.sha256, userName: user, subject: certificate.subject.description, notAfter: certificate.notAfter)
        try await instance.administer { try await $0.store.mapClientCertificate(mapping, by: InstanceData.who, now: Date()) }
        Console.result("\(certificate.subject) logs in as \(user).")
    }
}

struct ClientsUnmap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unmap", abstract: "Let a certificate log in no more.")
    @Argument(help: "Its SHA-256, as list shows it.") var sha256: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        try await instance.administer {
            try await $0.store.unmapClientCertificate(sha256: sha256.lowercased(), by: InstanceData.who, now: Date())
        }
    }
}

struct ClientsRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a certificate of the instance's own authority: its list and its OCSP answers say so.")
    @Argument(help: "The serial number, as list shows it with --json.") var serial: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        do {
            try await instance.administer { try await $0.authority().revoke(serial: serial, now: Date()) }
        } catch let error as InstanceAuthorityError {
            throw CommandFailure(message: "It could not be revoked: \(error)", exitCode: 1)
        }
        Console.result("Revoked: \(serial)")
    }
}

extension InstanceData {
    /// Who works on the files is whoever may: the system knows the name.
    static var who: String { "\(NSUserName()) (command line)" }

    fileprivate static func certificates(_ file: String) throws -> [ParsedCertificate] {
        let material: KeyMaterial
        do throws(StoreProblem) { material = try ImportSource.gather([file], password: nil) } catch {
            throw CommandFailure(findings: error.findings, exitCode: error.exitCode)
        }
        let certificates = material.certificates.compactMap { try? ParsedCertificate(der: Array($0.bytes)) }
        guard !certificates.isEmpty else { throw CommandFailure(message: "\(file) holds no certificate.", exitCode: 1) }
        return certificates
    }
}
