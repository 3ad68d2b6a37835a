import AgentProtocol
import Foundation
import InstanceServer
import InstanceStore
import Testing

@Suite("An instance starts whole or says why not, and comes back as it was") struct StartTests {
    @Test("first start leaves the administrator's password, and keys only their owner can read")
    func firstStart() async throws {
        try await withInstance { instance in
            let password = try String(contentsOfFile: instance.directory + "/admin-password", encoding: .utf8)
            #expect(password == "admin secret\n")
            for file in ["admin-password", "authority/root.key.pem", "authority/issuing.key.pem", "authority/server.key.pem"] {
                let mode = try FileManager.default.attributesOfItem(atPath: instance.directory + "/" + file)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(file)")
            }
        }
    }

    @Test("a restart keeps root, agents and jobs; the server certificate follows the new port")
    func restart() async throws {
        let directory = temporaryPath("instance")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (root, job) = try await withInstance(directory: directory) { instance in
            let agent = try await TestAgent.validated(at: instance)
            return (try Data(contentsOf: URL(fileURLWithPath: instance.rootPath)), try await agent.insertJob())
        }
        try await withInstance(directory: directory) { instance in
            #expect(try Data(contentsOf: URL(fileURLWithPath: instance.rootPath)) == root)
            #expect(try await instance.administration.job(job.sysID)?.record.state == .ready)
            #expect(try await instance.administration.agents().map(\.validation) == [.yes])
            #expect(try await instance.request("GET", "/", user: ("admin", instance.adminPassword)).status == 200)
            let shown = try await Tool.openssl.run(["x509", "-in", instance.directory + "/authority/server.pem", "-noout", "-text"])
            #expect(shown.out.contains("URI:http://127.0.0.1:\(instance.ports.http)/ocsp"))
            #expect(shown.out.contains("URI:http://127.0.0.1:\(instance.ports.http)/crl/issuing.crl"))
            #expect(shown.out.contains("DNS:localhost, IP Address:127.0.0.1"))
        }
    }

    @Test("a port in use is named")
    func portInUse() async throws {
        try await withInstance { instance in
            let directory = temporaryPath("instance")
            defer { try? FileManager.default.removeItem(atPath: directory) }
            for (https, http, taken) in [(instance.ports.https, 0, instance.ports.https), (0, instance.ports.http, instance.ports.http)] {
                let second = InstanceService(
                    configuration: InstanceConfiguration(dataDirectory: directory, httpsPort: https, httpPort: http), logger: quietLogger)
                let running = Task { try await second.run() }
                await #expect(throws: InstanceStartError.portInUse(port: taken)) { try await second.ready() }
                await #expect(throws: InstanceStartError.portInUse(port: taken)) { try await running.value }
            }
        }
    }

    @Test("a data directory that cannot be made is named")
    func notWritable() async throws {
        let file = temporaryPath("instance-file")
        try Data().write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let service = InstanceService(configuration: InstanceConfiguration(dataDirectory: file + "/data"), logger: quietLogger)
        await #expect {
            try await service.run()
        } throws: { error in
            guard case .dataDirectory(let path, _) = error as? InstanceStartError else { return false }
            return path == file + "/data"
        }
    }

    @Test("a graceful stop answers a held claim instead of cutting it")
    func gracefulStop() async throws {
        let held = try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            let held = Task { try await agent.claimAnswer(wait: 25) }
            try await Task.sleep(for: .milliseconds(500))
            return held
        }
        let answer = try await held.value
        #expect(answer.status == 200)
        #expect(try answer.decoded(AgentMessages.ClaimAnswer.self).claims.isEmpty)
    }
}
