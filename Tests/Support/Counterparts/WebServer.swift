import Foundation

/// Python's HTTPS server on a loopback port of its own: `/echo` says what came, `/packed` is gzip, `/bomb` a gigabyte of zeros in gzip, and
/// `/go?STATUS?URL` sends on.
public final class WebServer: Sendable {
    public let port: Int
    private let process: Process
    private let folder: TemporaryFolder

    private static let script = """
        import gzip, http.server, ssl, sys, zlib

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *words): pass
            def answer(self, status, body, headers):
                self.send_response(status)
                for name, value in headers.items(): self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD": self.wfile.write(body)
            def do_GET(self):
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                said = f"{self.command} {self.path} body={sent} authorization={self.headers.get('Authorization')}"
                if self.path.startswith("/go?"):
                    _, status, to = self.path.split("?", 2)
                    self.answer(int(status), b"", {"Location": to})
                elif self.path == "/packed" and "gzip" in (self.headers.get("Accept-Encoding") or ""):
                    self.answer(200, gzip.compress(said.encode()), {"Content-Encoding": "gzip"})
                elif self.path == "/bomb":
                    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
                    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
                    self.answer(200, body, {"Content-Encoding": "gzip"})
                else:
                    self.answer(200, said.encode(), {"Content-Type": "text/plain"})
            do_POST = do_HEAD = do_PUT = do_GET

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    public init(chainPEM: String, keyPEM: String) throws {
        folder = try TemporaryFolder()
        process = Process()
        process.executableURL = try Counterpart.python3.executable()
        process.arguments = [
            try folder.write(Self.script, to: "server.py"), try folder.write(chainPEM, to: "chain.pem"),
            try folder.write(keyPEM, to: "key.pem"),
        ]
        let output = Pipe()
        (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, FileHandle.nullDevice)
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            process.terminate()
            throw CounterpartFailure("python's HTTPS server does not listen")
        }
        self.port = port
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
