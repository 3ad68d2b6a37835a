// swift-tools-version: 6.2
import PackageDescription

// One small target per public parser. `make fuzz` builds them with libFuzzer and the address sanitizer and runs each for a while.
// They see what users of the package see: public API only.

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    // The name is given because a checkout may lie in a folder of any name.
    dependencies: [.package(name: "midguard", path: "..")],
    targets: [
        parser("FuzzJKS", of: "JavaKeystore"),
        parser("FuzzCertificate", of: "PathValidation"),
        parser("FuzzChain", of: "PathValidation"),
        parser("FuzzRevocation", of: "PathValidation"),
        parser("FuzzConfiguration", of: "AgentConfiguration"),
        parser("FuzzPayload", of: "AgentProtocol"),
    ]
)

/// An executable without `main`: libFuzzer brings it, and calls the function exported as `LLVMFuzzerTestOneInput`.
func parser(_ name: String, of module: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [.product(name: module, package: "midguard")],
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .unsafeFlags(["-parse-as-library"])]
    )
}
