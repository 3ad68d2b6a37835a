import Foundation

/// OpenLDAP's slapd on two loopback ports of its own (LDAP with StartTLS, and LDAPS), with nothing of the machine's configuration.
public final class SlapdServer: Sendable {
    public static let suffix = "dc=corp,dc=example"
    public static let administrator = "cn=admin,dc=corp,dc=example"
    public static let reader = "cn=reader,dc=corp,dc=example"
    public static let password = "open-sesame"

    public let port: Int
    public let securePort: Int
    private let process: PeerProcess
    private let folder: TemporaryFolder

    /// - Parameter chainPEM: the server's certificate and those above it; without one it has no TLS at all.
    /// - Parameter people: entries `uid=person-N` with a photograph of their own below `ou=people`.
    public init(chainPEM: String? = nil, keyPEM: String? = nil, people: Int = 3) throws {
        folder = try TemporaryFolder()
        (port, securePort) = (try LoopbackPort.free(), try LoopbackPort.free())
        try FileManager.default.createDirectory(atPath: folder.path("database"), withIntermediateDirectories: false)
        var lines = ["core", "cosine", "inetorgperson"].map { "include /etc/ldap/schema/\($0).schema" }
        lines += ["modulepath /usr/lib/ldap", "moduleload back_mdb", "pidfile \(folder.path("pid"))", "argsfile \(folder.path("args"))"]
        if let chainPEM, let keyPEM {
            lines.append("TLSCertificateFile \(try folder.write(chainPEM, to: "chain.pem"))")
            lines.append("TLSCertificateKeyFile \(try folder.write(keyPEM, to: "key.pem"))")
        }
        lines += [
            // Passwords only under TLS, as directories of companies have it.
            "security simple_bind=128", "database mdb", "maxsize 104857600", "suffix \(Self.suffix)", "rootdn \(Self.administrator)",
            "rootpw \(Self.password)", "directory \(folder.path("database"))",
            "access to attrs=userPassword by anonymous auth by * none", "access to * by users read by * none",
        ]
        let configuration = try folder.write(lines.joined(separator: "\n") + "\n", to: "slapd.conf")
        var entries = """
            dn: \(Self.suffix)
            objectClass: domain
            dc: corp

            dn: \(Self.reader)
            objectClass: person
            cn: reader
            sn: reader
            userPassword: \(Self.password)

            dn: ou=people,\(Self.suffix)
            objectClass: organizationalUnit
            ou: people


            """
        for number in 0..<people {
            entries += "dn: uid=person-\(number),ou=people,\(Self.suffix)\nobjectClass: inetOrgPerson\nuid: person-\(number)\n"
            entries += "cn: Person (\(number)) *\nsn:: \(Data("Müller \(number)".utf8).base64EncodedString())\n\n"
        }
        // In the mode of slapadd, then as a server.
        try Counterpart.slapd.run(["-Tadd", "-f", configuration, "-l", folder.write(entries, to: "entries.ldif")], in: folder)
        process = try PeerProcess(
            .slapd, ["-d", "0", "-f", configuration, "-h", "ldap://127.0.0.1:\(port)/ ldaps://127.0.0.1:\(securePort)/"], port: port)
    }
}
