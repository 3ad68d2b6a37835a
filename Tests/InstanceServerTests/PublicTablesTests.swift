import AgentIdentity
import AgentProtocol
import Foundation
import InstanceServer
import InstanceStore
import Testing

@Suite("The public tables answer as their clients expect, and show nobody what is not theirs") struct PublicTablesTests {
    @Test("a job inserted by the Table API is claimed, sealed credential and all")
    func tableToClaim() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            try await instance.administration.addCredential(Credential(alias: "ldap", userName: "cn=reader", secret: "s3cret \"quoted\""))
            let payload = JobPayload([.init("credential", "ldap"), .init("credential", "unknown")]).serialised()
            let body = ["agent": "mid.server.one", "queue": "output", "topic": "RESTProbe", "payload": payload, "not_a_column": "x"]
            let inserted = try await instance.send(body, to: "/api/now/table/ecc_queue", as: ("admin", instance.adminPassword))
            #expect(inserted.status == 201)
            let record = try #require(try inserted.json()["result"] as? [String: String], "every value is a string")
            #expect(inserted.headers["location"] == "/api/now/table/ecc_queue/" + (record["sys_id"] ?? "?"))
            #expect(record["state"] == "ready" && record["priority"] == "2" && record["response_to"] == "")

            let claim = try #require(try await agent.claim().first)
            #expect(claim.job.payload == payload)
            #expect(Array(claim.sealedSecrets.keys) == ["ldap"])
            let sealed = try #require(claim.sealedSecrets["ldap"])
            let plain = try SealedSecret.open(sealed, with: agent.pair, agent: try #require(agent.sysID), record: claim.job.sysID)
            #expect(
                try JSONDecoder().decode([String: String].self, from: Data(plain)) == [
                    "username": "cn=reader", "password": "s3cret \"quoted\"",
                ])
        }
    }

    @Test("lists: query, fields, paging, count")
    func lists() async throws {
        try await withInstance { instance in
            let admin = ("admin", instance.adminPassword)
            let agent = try await TestAgent.validated(at: instance)
            for topic in ["A", "B", "C"] { try await agent.insertJob(topic) }
            let path =
                "/api/now/table/ecc_queue?sysparm_query=queue=output%5EORDERBYDESCsys_created_on&sysparm_fields=topic,nothing&sysparm_limit=2"
            let list = try await instance.request("GET", path, user: admin)
            #expect(list.headers["x-total-count"] == "3")
            #expect(try list.json()["result"] as? [[String: String]] == [["topic": "C"], ["topic": "B"]])
            let pairs = try await instance.request("GET", "/api/now/v2/table/ecc_queue?topic=B&sysparm_fields=topic", user: admin)
            #expect(try pairs.json()["result"] as? [[String: String]] == [["topic": "B"]])
            let none = try await instance.request("GET", "/api/now/table/ecc_queue?topic=Z", user: admin)
            #expect(none.status == 200)
            #expect(try (none.json()["result"] as? [Any])?.isEmpty == true)
            for bad in ["sysparm_query=nonsense", "sysparm_limit=-1", "token=1", "sysparm_query=topic=javascript:1"] {
                #expect(try await instance.request("GET", "/api/now/table/ecc_queue?" + bad, user: admin).status == 400, "\(bad)")
            }

            let agents = try await instance.request("GET", "/api/now/table/ecc_agent?sysparm_query=validated=Yes", user: admin)
            let shown = try #require(try agents.json()["result"] as? [[String: String]])
            #expect(shown.map { $0["name"] } == ["one"])
            #expect(shown.first?["status"] == "Up")
        }
    }

    @Test("an agent's user sees its own rows only, gives no jobs, and nothing at all before validation")
    func ownRows() async throws {
        try await withInstance { instance in
            let one = try await TestAgent.validated("one", at: instance)
            let two = try await TestAgent.validated("two", at: instance)
            let stranger = try await TestAgent.enrolled("three", at: instance)
            try await one.insertJob("A")
            try await two.insertJob("B")
            let path = "/api/now/table/ecc_queue?sysparm_fields=topic&sysparm_query=topic=A%5ENQtopic=B"
            #expect(try await instance.request("GET", path, user: one.user).json()["result"] as? [[String: String]] == [["topic": "A"]])
            #expect(try await instance.request("GET", path, user: stranger.user).status == 403)
            let job = ["agent": "mid.server.one", "queue": "output", "topic": "X"]
            #expect(try await instance.send(job, to: "/api/now/table/ecc_queue", as: one.user).status == 403)
            let foreign = ["agent": "mid.server.two", "queue": "input", "topic": "X"]
            #expect(try await instance.send(foreign, to: "/api/now/table/ecc_queue", as: one.user).status == 403)
            let agents = try await instance.request("GET", "/api/now/table/ecc_agent?sysparm_fields=name", user: one.user)
            #expect(try agents.json()["result"] as? [[String: String]] == [["name": "one"]])
        }
    }

    @Test("start-up: anyone may ask which instance this is; login is checked with a fault that agents know")
    func startup() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.enrolled(at: instance)
            let execute = SOAPRequest(operation: "execute").serialised()
            let info = try await soap("/InstanceInfo.do?SOAP", execute, at: instance)
            let information = InstanceInformation(try SOAPResponse(parsing: Array(info.body.utf8)))
            #expect(information.protocolVersion == 1)
            #expect(SysID(information.instanceID) != nil)

            let login = try await soap("/GetMIDInfo.do?SOAP", execute, at: instance, user: agent.user)
            #expect(login.status == 200)
            #expect(login.body.contains("<roles>mid_server</roles>"))
            let refused = try await soap("/GetMIDInfo.do?SOAP", execute, at: instance, user: (agent.user.0, "wrong"))
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"] == "BASIC realm=\"Midguard\"")
            let fault = #expect(throws: SOAPFault.self) { try SOAPResponse(parsing: Array(refused.body.utf8)) }
            #expect(fault?.string == "User Not Authenticated")
        }
    }

    @Test("the plain protocol: fetch, pick up, answer")
    func plainProtocol() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated(at: instance)
            let job = try await agent.insertJob("Probe", payload: "<parameters/>")
            func ask(_ operation: String, _ fields: [SOAPField]) async throws -> SOAPResponse {
                let body = SOAPRequest(operation: operation, fields: fields).serialised()
                return try SOAPResponse(
                    parsing: Array(try await soap("/ecc_queue.do?SOAP", body, at: instance, user: agent.user).body.utf8))
            }
            let ready = [SOAPField("agent", "mid.server.one"), SOAPField("queue", "output"), SOAPField("state", "ready")]
            let fetched = try await ask("getRecords", ready + [SOAPField("__order_by", "sequence"), SOAPField("__limit", "10")])
            #expect(try fetched.rows.map { try QueueRecord(fields: $0).sysID } == [job.sysID])

            let pickUp = QueueRecord(
                agent: "mid.server.one", queue: .input, topic: "queue.processing",
                payload:
                    "<queue.processing output_message_count=\"1\"><sys_id state=\"processing\">\(job.sysID)</sys_id></queue.processing>")
            _ = try await ask("insert", pickUp.fields)
            #expect(try await ask("getRecords", ready).rows.isEmpty)
            #expect(try await agent.claim().isEmpty, "what was fetched plainly is not claimed as well")

            let answer = QueueRecord(agent: "mid.server.one", queue: .input, topic: "Probe", payload: "<results/>", responseTo: job.sysID)
            _ = try await ask("insert", answer.fields)
            #expect(try await instance.administration.job(job.sysID)?.record.state == .processed)
            _ = try await ask(
                "update", [SOAPField("sys_id", job.sysID.description), SOAPField("state", "error"), SOAPField("error_string", "late")])
            #expect(
                try await ask("get", [SOAPField("sys_id", job.sysID.description)]).rows.first?.contains(SOAPField("error_string", "late"))
                    == true)

            await #expect(throws: SOAPFault(code: "SOAP-ENV:Server", string: "Insufficient rights for creating new records")) {
                _ = try await ask("insert", job.fields)
            }
            await #expect(throws: SOAPFault.self) { _ = try await ask("deleteMultiple", []) }
            let noXML = try await soap("/ecc_queue.do?SOAP", "<a>", at: instance, user: agent.user)
            #expect(noXML.status == 500)
        }
    }

    private func soap(_ path: String, _ body: String, at instance: RunningInstance, user: (String, String)? = nil) async throws -> Answer {
        try await instance.request("POST", path, user: user, body: body, type: "text/xml")
    }
}
