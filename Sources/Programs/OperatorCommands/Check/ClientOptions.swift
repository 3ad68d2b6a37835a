import ArgumentParser
import Diagnosis
import JavaKeystore
import TrustedTransport

/// What the peer is shown: a client certificate (mutual TLS), and the name that is meant.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A certificate with its key and chain to show a peer that asks: PEM, DER, PKCS#12 or a keystore; again for further files.",
            valueName: "file"))
    var clientCertificate: [String] = []
    @OptionGroup var password: PasswordOptions<ClientPassword>
    @Flag(name: .customLong("no-sni"), help: "Leave the name out of the handshake (SNI), as some old peers need.") var noSNI = false

    enum ClientPassword: PasswordRole {
        static let prefixes = ["client-"]
        static let whose = "the password of the client certificate's key"
    }

    func validate() throws {
        if clientCertificate.isEmpty, password.source != nil {
            throw ValidationError("A password for the client certificate goes with --client-certificate FILE.")
        }
    }

    func add(to context: inout FixContext) {
        context.shown = clientCertificate.flatMap { ["--client-certificate", absolute($0)] } + password.words + (noSNI ? ["--no-sni"] : [])
    }

    func add(to configuration: inout TransportConfiguration) throws {
        if noSNI { configuration.serverNameIndication = false }
        guard !clientCertificate.isEmpty else { return }
        do {
            let identity = try identity()
            configuration.clientIdentity = { _ in identity }
        } catch let problem as StoreProblem {
            throw CommandFailure(findings: problem.findings, exitCode: problem.exitCode)
        }
    }

    private func identity() throws -> ClientIdentity {
        let material = try ImportSource.gather(clientCertificate, password: password.source)
        let keys = material.distinctKeys
        guard let key = keys.first, keys.count == 1 else {
            let count = keys.isEmpty ? "no private key" : "\(keys.count) private keys"
            throw refused(
                "auth.key-form", "There is \(count) in what is to be shown.",
                "A client certificate is shown with the one key that it is for.")
        }
        let own: PublicKeyInfo
        do throws(KeystoreError) { own = try key.publicKeyInfo() } catch {
            throw refused("auth.key-form", "The private key cannot be used.", "Its public half cannot be derived.")
        }
        let chain = CertificateChain.ordered(material.certificates, for: own).certificates
        guard !chain.isEmpty else {
            throw refused(
                "auth.pair-mismatch", "None of the \(material.certificates.count) certificates is for the key.",
                "Their public keys are others than the key's: the files do not belong together.")
        }
        return ClientIdentity(chain: chain.map { Array($0.bytes) }, key: key)
    }

    private func refused(_ id: String, _ summary: String, _ cause: String) -> CommandFailure {
        CommandFailure(
            findings: [
                Finding(
                    id: id, severity: .error, subject: clientCertificate.joined(separator: ", "), summary: summary, cause: cause,
                    fixes: [.init("Bring the certificate, its chain and its key: --client-certificate FILE, once for each file")])
            ], exitCode: 2)
    }
}
