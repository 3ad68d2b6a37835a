// swift-tools-version: 6.2
import PackageDescription

// What the driver in driver/ cannot measure from outside: the libraries, through their public API. `make bench` runs both.

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    // The name is given because a checkout may lie in a folder of any name.
    dependencies: [
        .package(name: "midguard", path: ".."), .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    ],
    targets: [
        .executableTarget(
            name: "LibraryBenchmarks",
            dependencies: [
                "PathCorpora", .product(name: "JavaKeystore", package: "midguard"), .product(name: "AgentIdentity", package: "midguard"),
                .product(name: "AgentProtocol", package: "midguard"),
                .product(name: "PathValidation", package: "midguard"),
                // A peer, and what makes the chains.
                .product(name: "X509", package: "swift-certificates"), .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
        // How far the libraries agree with the test data of others: `swift run --package-path Benchmarks conformance`.
        .executableTarget(
            name: "conformance", dependencies: ["PathCorpora", "KeystoreConformance"], path: "Sources/Conformance",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
        // The tests' own readers of that data, by symbolic links: one reading for both.
        .target(
            name: "KeystoreConformance",
            dependencies: [
                .product(name: "JavaKeystore", package: "midguard"), .product(name: "StrictDER", package: "midguard"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
            ]
        ),
        .target(
            name: "PathCorpora", dependencies: [.product(name: "PathValidation", package: "midguard")],
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
            ]
        ),
    ]
)
