import AgentConfiguration
import Testing

@Suite("A secret is never printed") struct SecretTests {
    static func printed(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var debugged = ""
        debugPrint(value, to: &debugged)
        return [
            dumped, debugged, String(describing: value), String(reflecting: value), "\(value)",
            "\(Mirror(reflecting: value).children.map(\.value))",
        ]
    }

    @Test func byNoWayOfPrinting() throws {
        let secret = Secret("hunter2")
        let settings = try AgentSettings(SettingsTests.file(SettingsTests.least.merging(["mid.instance.password": "hunter2"]) { $1 }))
        for text in Self.printed(secret) + Self.printed(Optional(secret)) + Self.printed([secret]) + Self.printed(["key": secret])
            + Self.printed(settings)
        {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
        #expect(!secret.isEmpty && Secret("").isEmpty)
        #expect(secret == Secret("hunter2") && secret != Secret("hunter3"))
    }

    @Test func norWithTheFileThatItStandsIn() throws {
        let file = try SettingsTests.file(["mid.instance.password": "hunter2"])
        let bytes = "\(Array("hunter2".utf8))".dropFirst().dropLast()
        for text in Self.printed(file) + Self.printed(file.parameters) + Self.printed(file.parameters[0]) {
            #expect(!text.contains("hunter2") && !text.contains(bytes))
        }
    }
}
