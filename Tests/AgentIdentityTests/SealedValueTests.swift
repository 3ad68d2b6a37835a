import Testing

@testable import AgentIdentity

@Suite("A value of config.xml opens with its key and under its name, and in no other way") struct SealedValueTests {
    @Test func roundTrip() throws {
        let pair = try Shared.first.get()
        for value in ["", "geheim & <ü>", String(repeating: "x", count: SealedValue.valueLimit)] {
            let text = try SealedValue.seal(value, of: "mid.instance.password", to: pair)
            #expect(SealedValue.isSealed(text) && text.hasPrefix("encrypted:") && !text.contains("geheim"))
            #expect(try SealedValue.open(text, of: "mid.instance.password", with: pair) == value)
        }
        let text = try SealedValue.seal("geheim", of: "mid.instance.password", to: pair)
        #expect(throws: SealingError.recordDiffers) { try SealedValue.open(text, of: "mid.proxy.password", with: pair) }
        #expect(throws: SealingError.self) { try SealedValue.open(text, of: "mid.instance.password", with: Shared.second.get()) }
        #expect(throws: SealingError.self) {
            try SealedValue.seal(String(repeating: "x", count: SealedValue.valueLimit + 1), of: "p", to: pair)
        }
    }

    /// The vendor's published examples, and clear text behind the mark.
    @Test(arguments: [
        "encrypted:rhrfUNYRzZAI8/BkTtZmNA==", "encrypted:7cHG3x8Ssx9m84qHaHlgKQ==", "encrypted:", "encrypted:secret", "secret", "",
    ])
    func othersAreNotOurs(text: String) throws {
        #expect(!SealedValue.isSealed(text))
        #expect(throws: SealingError.malformed(part: "value")) { try SealedValue.open(text, of: "p", with: Shared.first.get()) }
    }
}
