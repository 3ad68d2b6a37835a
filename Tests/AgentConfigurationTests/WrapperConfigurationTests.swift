import Testing

@testable import AgentConfiguration

@Suite("The wrapper's files say which runtime and which trust store are used") struct WrapperConfigurationTests {
    private func read(_ texts: String...) -> WrapperConfiguration {
        var wrapper = WrapperConfiguration()
        for (index, text) in texts.enumerated() { wrapper.read(text, from: "file\(index)") }
        return wrapper
    }

    @Test func systemProperties() {
        let wrapper = read(
            "# a comment\nwrapper.java.additional.1=-Xmx1g\nwrapper.java.additional.2 = -Djavax.net.ssl.trustStore=/one\n",
            "\n  wrapper.java.additional.10=\"-Djavax.net.ssl.trustStore=/two\"\r\n#wrapper.java.additional.11=-Djavax.net.ssl.trustStore=/three\n"
        )
        let found = wrapper.systemProperty("javax.net.ssl.trustStore")
        #expect(found?.value == "/two" && found?.file == "file1" && found?.line == 2)
        #expect(wrapper.systemProperty("javax.net.ssl.trustStorePassword") == nil)
        #expect(read("wrapper.java.additional.3=-Da=\"b c\"").systemProperty("a")?.value == "b c")
    }

    @Test func theLastCounts() {
        let wrapper = read("wrapper.java.command=jre/bin/java\n", "wrapper.java.command=\"/opt/java/bin/java\"\n")
        #expect(wrapper.javaCommand?.value == "/opt/java/bin/java" && wrapper.javaCommand?.file == "file1")
        #expect(read("").javaCommand == nil)
    }

    @Test(arguments: [
        "=", "===", "\u{0}", "wrapper.java.additional.=-Da=b", "wrapper.java.additional.99999999999999999999=-Da=b", "-Da=b", "\"",
    ])
    func noise(text: String) { #expect(read(text).systemProperty("a") == nil) }
}
