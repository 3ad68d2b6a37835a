// swift-tools-version: 6.2
import PackageDescription

// The package reads as the architecture: four floors, one line per module, every arrow declared.
// ARCHITECTURE.md says why it is cut like this; scripts/check-floors says what no floor may import.

let package = Package(
    name: "midguard",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "StrictDER", targets: ["StrictDER"]),
        .library(name: "JavaKeystore", targets: ["JavaKeystore"]),
        .library(name: "PathValidation", targets: ["PathValidation"]),
        .library(name: "AgentConfiguration", targets: ["AgentConfiguration"]),
        .library(name: "AgentProtocol", targets: ["AgentProtocol"]),
        .library(name: "AgentIdentity", targets: ["AgentIdentity"]),
        .library(name: "LDAP", targets: ["LDAP"]),
        .library(name: "TrustPolicy", targets: ["TrustPolicy"]),
        .library(name: "Diagnosis", targets: ["Diagnosis"]),
        .executable(name: "midguard", targets: ["midguard"]),
        .executable(name: "midguard-javascript", targets: ["midguard-javascript"]),
    ],
    dependencies: [
        // Primitives, ASN.1 and the X.509 value types that PathValidation builds on.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        // Sockets, and TLS with a verification callback.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        // The instance: HTTP server, pages, SQLite.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Long-running services and their logs; the command line.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: standards() + decisions() + services() + programs() + acrossModules()
)

/// What files, certificates and messages say: no network, disk, clock, logger.
func standards() -> [Target] {
    module("StrictXML", in: "Standards", uses: [])
        + module("StrictDER", in: "Standards", uses: [])
        + module("LegacyCryptography", in: "Standards", uses: [.crypto, .cryptoExtras], testData: ["Vectors"])
        + module(
            "JavaKeystore", in: "Standards", uses: ["StrictDER", "LegacyCryptography", .crypto, .cryptoExtras],
            tests: ["Counterparts", "KeystoreConformance"], testData: ["Java", "Vectors", "keystore-exceptions.json"])
        + module(
            "PathValidation", in: "Standards", uses: ["StrictDER", .x509, .asn1, .crypto, .cryptoExtras],
            tests: ["CertificateFactory", "Counterparts", "PathCorpora"],
            testData: ["limbo-exceptions.json", "chains-exceptions.json", "pkits-exceptions.json", "revocation-exceptions.json"])
        + module("AgentConfiguration", in: "Standards", uses: ["StrictXML"])
        + module("AgentProtocol", in: "Standards", uses: ["StrictXML"])
        + module("LDAP", in: "Standards", uses: ["StrictDER"])
}

/// What we conclude: pure functions and state machines.
func decisions() -> [Target] {
    module("TrustPolicy", in: "Decisions", uses: ["PathValidation"], tests: ["CertificateFactory", .x509])
        + module(
            "AgentIdentity", in: "Decisions", uses: ["StrictDER", "JavaKeystore", "AgentProtocol", .x509, .asn1, .crypto, .cryptoExtras],
            tests: ["Counterparts"])
        + module(
            "Diagnosis", in: "Decisions",
            uses: [
                "StrictXML", "StrictDER", "JavaKeystore", "PathValidation", "AgentConfiguration", "TrustPolicy", "AgentIdentity", "LDAP",
                .x509,
            ],
            tests: ["CertificateFactory"])
}

/// What touches the world.
func services() -> [Target] {
    module("LocalFiles", in: "Services", uses: [], tests: ["Counterparts"])
        + module(
            "TrustedTransport", in: "Services",
            uses: [
                "PathValidation", "TrustPolicy", "JavaKeystore", "LocalFiles", "LDAP", .crypto, .asn1, .nioCore, .nioPosix, .nioHTTP1,
                .nioCompression, .nioSSL, .nioTLS,
            ],
            tests: ["CertificateFactory", "Counterparts", "Diagnosis", .x509])
        + module("InstanceStore", in: "Services", uses: ["AgentProtocol", .grdb, .crypto, .cryptoExtras])
        + module(
            "InstanceServer", in: "Services",
            uses: [
                "AgentProtocol", "InstanceStore", "PathValidation", "AgentIdentity", "StrictXML", "TrustedTransport", .hummingbird,
                .hummingbirdCore, .hummingbirdTLS, .httpTypes, .mustache, .x509, .asn1, .crypto, .cryptoExtras, .nioCore, .nioPosix,
                .nioSSL, .serviceLifecycle, .logging,
            ])
        + module(
            "AgentRuntime", in: "Services",
            uses: [
                "AgentProtocol", "AgentConfiguration", "StrictXML", "AgentIdentity", "JavaKeystore", "PathValidation", "TrustPolicy",
                "Diagnosis", "LocalFiles", "TrustedTransport", "LDAP", .x509, .crypto, .serviceLifecycle, .logging,
            ])
}

func programs() -> [Target] {
    module(
        "OperatorCommands", in: "Programs",
        uses: [
            "AgentConfiguration", "AgentIdentity", "AgentProtocol", "AgentRuntime", "Diagnosis", "InstanceServer", "InstanceStore",
            "JavaKeystore", "LocalFiles", "PathValidation", "StrictDER", "TrustPolicy", "TrustedTransport", .argumentParser, .x509, .crypto,
            .nioCore, .nioPosix, .nioSSL, .nioHTTP1, .serviceLifecycle, .unixSignals, .logging,
        ])
        + [
            .executableTarget(
                name: "midguard", dependencies: ["OperatorCommands"], path: "Sources/Programs/midguard", swiftSettings: strict()),
            // Duktape, from Debian: a JavaScript engine (ES5) of a few hundred KiB, as there is none in Swift. In a program of its own, so that
            // neither its faults nor its library are those of the agent.
            .target(
                name: "DuktapeShim", path: "Sources/Programs/DuktapeShim", linkerSettings: [.linkedLibrary("duktape")]),
            .executableTarget(
                name: "midguard-javascript", dependencies: ["DuktapeShim"], path: "Sources/Programs/midguard-javascript",
                swiftSettings: strict()),
        ]
}

/// Tests that cross modules, and what all tests share.
func acrossModules() -> [Target] {
    [
        .target(
            name: "CertificateFactory", dependencies: ["PathValidation", .x509, .asn1, .crypto, .cryptoExtras],
            path: "Tests/Support/CertificateFactory", swiftSettings: strict()),
        .target(
            name: "PathCorpora", dependencies: ["PathValidation"], path: "Tests/Support/PathCorpora", swiftSettings: strict()),
        .target(name: "Counterparts", path: "Tests/Support/Counterparts", swiftSettings: strict()),
        .target(
            name: "KeystoreConformance", dependencies: ["JavaKeystore", "StrictDER", .crypto], path: "Tests/Support/KeystoreConformance",
            swiftSettings: strict()),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["midguard", "midguard-javascript", "Counterparts", "CertificateFactory", "AgentConfiguration"],
            path: "Tests/EndToEndTests", swiftSettings: strict()),
    ]
}

/// A module and its tests: Sources/<floor>/<name> and Tests/<name>Tests.
func module(
    _ name: String, in floor: String, uses: [Target.Dependency], tests: [Target.Dependency] = [],
    testData: [String] = []
) -> [Target] {
    [
        .target(name: name, dependencies: uses, path: "Sources/\(floor)/\(name)", swiftSettings: strict()),
        .testTarget(
            name: "\(name)Tests", dependencies: [.byName(name: name)] + uses + tests, path: "Tests/\(name)Tests", exclude: testData,
            swiftSettings: strict()),
    ]
}

func strict() -> [SwiftSetting] {
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

extension Target.Dependency {
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var cryptoExtras: Self { .product(name: "CryptoExtras", package: "swift-crypto") }
    static var asn1: Self { .product(name: "SwiftASN1", package: "swift-asn1") }
    static var x509: Self { .product(name: "X509", package: "swift-certificates") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
    static var nioHTTP1: Self { .product(name: "NIOHTTP1", package: "swift-nio") }
    static var nioCompression: Self { .product(name: "NIOHTTPCompression", package: "swift-nio-extras") }
    static var nioSSL: Self { .product(name: "NIOSSL", package: "swift-nio-ssl") }
    static var nioTLS: Self { .product(name: "NIOTLS", package: "swift-nio") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdCore: Self { .product(name: "HummingbirdCore", package: "hummingbird") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var hummingbirdTLS: Self { .product(name: "HummingbirdTLS", package: "hummingbird") }
    static var mustache: Self { .product(name: "Mustache", package: "swift-mustache") }
    static var grdb: Self { .product(name: "GRDB", package: "GRDB.swift") }
    static var serviceLifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var unixSignals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
}
