import AgentProtocol
import Foundation
import InstanceServer
import InstanceStore
import Testing

@Suite("The console's buttons do what they say, for those who may and from its own page only") struct ConsoleTests {
    private static let form = "application/x-www-form-urlencoded"

    @Test func buttons() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated("one & two", at: instance)
            let admin = ("admin", instance.adminPassword)
            func page() async throws -> String { try await instance.request("GET", "/", user: admin).body }
            func press(_ action: String, proof: String, as user: (String, String)) async throws -> Answer {
                try await instance.request(
                    "POST", "/", user: user, body: "proof=\(proof)&agent=one+%26+two&action=\(action)", type: Self.form)
            }
            let first = try await page()
            let proof = String(try #require(first.firstMatch(of: #/name="proof" value="([0-9a-f]{64})"/#)?.1))
            #expect(first.contains("<button>Invalidate one &amp; two</button>") && first.contains("<button>Re-key one &amp; two</button>"))
            // What cannot be done now is no button, and says why.
            #expect(!first.contains("<button>Validate") && first.contains("It is validated."))
            #expect(!first.contains("<button>Remove custom"))

            #expect(try await press("rekey", proof: proof, as: admin).status == 303)
            #expect(try await instance.administration.agents().first?.rekeyRequestedAt != nil)
            #expect(try await page().contains("a new key pair is under way"))
            #expect(try await press("invalidate", proof: proof, as: admin).status == 303)
            #expect(try await instance.administration.agents().first?.validation == .no)
            let refused = try await press("rekey", proof: proof, as: admin)
            #expect(refused.status == 409 && refused.body.contains("Not done. one &amp; two: The agent is not validated"))

            // Another site's form has no proof, and an agent's user is no administrator.
            for (other, user) in [("", admin), (String(repeating: "0", count: 64), admin), (proof, agent.user)] {
                #expect(try await press("validate", proof: other, as: user).status == 403)
            }
            #expect(try await instance.request("POST", "/", body: "action=validate", type: Self.form).status == 401)
            #expect(try await press("destroy", proof: proof, as: admin).status == 400)
            #expect(try await instance.administration.agents().first?.validation == .no)
            let audit = try await instance.administration.audit()
            #expect(audit.prefix(2).map(\.action) == ["invalidate", "rekey"] && audit.prefix(2).allSatisfy { $0.who == "admin" })
        }
    }
}
