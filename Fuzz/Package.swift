// swift-tools-version: 6.2
import PackageDescription

// One small target per public parser. `make fuzz` builds them with libFuzzer and the address sanitizer and runs each for a while.
// They see what users of the package see: public API only.

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    // The name is given because a checkout may lie in a folder of any name.
    dependencies: [
        .package(name: "midguard", path: ".."), .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        parser("FuzzJKS", of: "JavaKeystore", with: ["HostileKeystore"]),
        parser("FuzzJCEKS", of: "JavaKeystore", with: ["HostileKeystore"]),
        parser("FuzzPKCS12", of: "JavaKeystore", with: ["HostileKeystore"]),
        parser("FuzzBCFKS", of: "JavaKeystore", with: ["HostileKeystore"]),
        parser("FuzzBKS", of: "JavaKeystore", with: ["HostileKeystore"]),
        parser("FuzzMaterial", of: "JavaKeystore"),
        parser("FuzzCertificate", of: "PathValidation"),
        parser("FuzzChain", of: "PathValidation"),
        parser("FuzzCRL", of: "PathValidation", with: ["Fixtures"]),
        parser("FuzzOCSP", of: "PathValidation", with: ["Fixtures"]),
        parser("FuzzConfiguration", of: "AgentConfiguration"),
        parser("FuzzPayload", of: "AgentProtocol"),
        parser("FuzzLDAP", of: "LDAP"),
        .target(
            name: "HostileKeystore", dependencies: [.product(name: "JavaKeystore", package: "midguard")], path: "Support/HostileKeystore",
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
            ]),
        // An authority whose signatures let inputs get as far as their meaning.
        .target(
            name: "Fixtures",
            dependencies: [.product(name: "PathValidation", package: "midguard"), .product(name: "Crypto", package: "swift-crypto")],
            path: "Support/Fixtures",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    ]
)

/// An executable without `main`: libFuzzer brings it, and calls the function exported as `LLVMFuzzerTestOneInput`.
func parser(_ name: String, of module: String, with others: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: [.product(name: module, package: "midguard")] + others,
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .unsafeFlags(["-parse-as-library"])]
    )
}
