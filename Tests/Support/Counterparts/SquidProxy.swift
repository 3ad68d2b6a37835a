import Foundation

/// Squid on a loopback port of its own, with nothing of the machine's configuration.
public final class SquidProxy: Sendable {
    public let port: Int
    private let process: PeerProcess
    private let folder: TemporaryFolder

    /// - Parameter rules: lines of squid.conf about who may do what.
    /// - Parameter users: names and passwords for the Basic scheme, for rules that ask for `proxy_auth`.
    /// - Parameter names: hosts that it knows besides those of the machine.
    /// - Parameter authority: certificate and key, PEM, with which it opens all tunnels and issues certificates for what is behind them.
    public init(
        rules: [String] = ["http_access allow all"], users: [String: String] = [:], names: [String: String] = [:], authority: String? = nil
    ) throws {
        folder = try TemporaryFolder()
        // Started by root it gives that up, and must still reach its files.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
        port = try LoopbackPort.free()
        let hosts = try folder.write(names.map { "\($0.value) \($0.key)\n" }.joined() + "127.0.0.1 localhost\n", to: "hosts")
        var listening = "http_port 127.0.0.1:\(port)"
        var inspecting: [String] = []
        if let authority {
            let (maker, made) = ("/usr/lib/squid/security_file_certgen", folder.path("made"))
            listening += " ssl-bump generate-host-certificates=on tls-cert=\(try folder.write(authority, to: "authority.pem"))"
            try Counterpart.sh.run(["-c", "\(maker) -c -s \(made) -M 4MB && chmod -R a+rwX \(made)"], in: folder)
            inspecting = [
                "sslcrtd_program \(maker) -s \(made) -M 4MB", "sslcrtd_children 1", "ssl_bump bump all", "sslproxy_cert_error allow all",
                "tls_outgoing_options flags=DONT_VERIFY_PEER",
            ]
        }
        var lines = [
            listening, "pid_filename none", "cache deny all", "access_log none",
            "cache_log \(folder.path("cache.log"))",
            "coredump_dir \(folder.url.path)", "hosts_file \(hosts)", "shutdown_lifetime 0 seconds", "visible_hostname lab.proxy",
            "pinger_enable off",
            "netdb_filename none", "dns_defnames off", "positive_dns_ttl 1 second",
        ]
        if !users.isEmpty {
            // Answers OK or ERR to each line "user password".
            let checks = users.map { "\"\($0.key) \($0.value)\") echo OK;;" }.joined(separator: " ")
            let helper = try folder.write(
                "#!/bin/sh\nwhile read line; do case \"$line\" in \(checks) *) echo ERR;; esac; done\n", to: "basic")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: helper)
            lines += ["auth_param basic program \(helper)", "auth_param basic children 1", "auth_param basic realm lab"]
        }
        let configuration = try folder.write((lines + inspecting + rules).joined(separator: "\n") + "\n", to: "squid.conf")
        // -N: this process and no daemon.
        process = try PeerProcess(.squid, ["-N", "-f", configuration], port: port, log: folder.path("cache.log"))
    }
}
