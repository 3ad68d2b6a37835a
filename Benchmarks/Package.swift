// swift-tools-version: 6.2
import PackageDescription

// What the driver in driver/ cannot measure from outside: the libraries, through their public API. `make bench` runs both.

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    // The name is given because a checkout may lie in a folder of any name.
    dependencies: [.package(name: "midguard", path: "..")],
    targets: [
        .executableTarget(
            name: "LibraryBenchmarks",
            dependencies: [
                .product(name: "JavaKeystore", package: "midguard"),
                .product(name: "PathValidation", package: "midguard"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
        // How far the libraries agree with the test data of others: `swift run --package-path Benchmarks conformance`.
        .executableTarget(
            name: "conformance", dependencies: ["PathCorpora"], path: "Sources/Conformance",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
        // The tests' own readers of that data, by a symbolic link: one reading for both.
        .target(
            name: "PathCorpora", dependencies: [.product(name: "PathValidation", package: "midguard")],
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
            ]
        ),
    ]
)
