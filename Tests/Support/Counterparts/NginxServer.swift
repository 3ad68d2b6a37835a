import Foundation

/// nginx on a loopback port of its own, with nothing of the machine's configuration.
public final class NginxServer: Sendable {
    public let port: Int
    private let process: PeerProcess
    private let folder: TemporaryFolder

    /// - Parameter directives: lines of the `server` block.
    /// - Parameter named: chain and key of a second site, which is for those who ask for `localhost` by name.
    public init(
        chainPEM: String, keyPEM: String, directives: [String] = [], named: (chainPEM: String, keyPEM: String)? = nil
    ) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        // Started by root it gives that up, and must still reach its files.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
        port = try LoopbackPort.free()
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder.path($0));" }
        let (chain, key) = (try folder.write(chainPEM, to: "chain.pem"), try folder.write(keyPEM, to: "key.pem"))
        var second = ""
        if let named {
            let (chain, key) = (try folder.write(named.chainPEM, to: "named.pem"), try folder.write(named.keyPEM, to: "named-key.pem"))
            second =
                "server { listen 127.0.0.1:\(port) ssl; server_name localhost; ssl_certificate \(chain); ssl_certificate_key \(key); }"
        }
        let isFirst = named == nil ? "server_name localhost;" : ""
        let configuration = try folder.write(
            """
            daemon off; master_process off; pid \(folder.path("pid")); error_log \(folder.path("error.log"));
            events { }
            http {
                access_log off; \(temporary.joined(separator: " "))
                server {
                    listen 127.0.0.1:\(port) ssl; \(isFirst) ssl_certificate \(chain); ssl_certificate_key \(key);
                    \(directives.joined(separator: "\n        "))
                    location / { return 200 "client: $ssl_client_verify $ssl_client_s_dn"; }
                }
                \(second)
            }
            """, to: "nginx.conf")
        process = try PeerProcess(.nginx, ["-p", folder.url.path, "-c", configuration], port: port, log: folder.path("error.log"))
    }
}
