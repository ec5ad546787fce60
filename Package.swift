// swift-tools-version: 6.2
// The map of Tributary: targets in floor order, lowest first. Imports go down only
// (docs/architecture.md); CI builds with --explicit-target-dependency-import-check error.

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func floor(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "tributary",
    products: [.executable(name: "tributary", targets: ["tributary"])],
    traits: [.trait(name: "FastInflate", description: "Inflates gzip files by ISA-L.")],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries and data files.
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Of the trait FastInflate only.
        .systemLibrary(name: "CIsal", path: "Sources/CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        // The character conversion of the C library.
        .systemLibrary(name: "CIconv", path: "Sources/CIconv"),
        // The settings of its allocator.
        .systemLibrary(name: "CMalloc", path: "Sources/CMalloc"),
        .systemLibrary(name: "CZip", path: "Sources/CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(
            name: "CExpat", path: "Sources/CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .target(name: "StandardsData"),

        // Floor 0: numbers.
        floor("Exact", [bigInt]),
        floor("Statistics", []),
        // Floor 1: the nouns.
        floor("Monitoring", ["Exact"]),
        floor("Accounting", ["Exact"]),
        // Floor 2: bytes to batches; limits and rules as data.
        floor(
            "Formats",
            [
                .target(name: "CIsal", condition: .when(traits: ["FastInflate"])), "CExpat", "CIconv", "CZip",
                "CZlib", "Exact", "Monitoring", crypto,
            ]),
        floor("Standards", ["Exact", "Monitoring", "StandardsData", yams]),
        // Floor 3: verdicts on values, findings, period statistics.
        floor("Quality", ["Exact", "Monitoring", "Standards"]),
        floor("Detection", ["Exact", "Statistics", "Monitoring", "Standards"]),
        floor("Assessment", ["Exact", "Monitoring", "Standards"]),
        // Floor 4: decisions people review, money people transfer.
        floor("Alerting", ["Exact", "Monitoring", "Detection"]),
        floor("Compensation", ["Exact", "Statistics", "Monitoring", "Accounting", "Standards", "Assessment", crypto]),
        // Floor 5: the two flows as two short functions.
        floor(
            "Pipeline",
            [
                "Exact", "Monitoring", "Formats", "Standards", "Quality", "Detection", "Assessment", "Compensation",
            ]),
        // Beside the flows: synthetic stations for examples and tests.
        floor("Simulation", ["Exact", "Statistics", "Monitoring", "Standards"]),
        // Floor 6: the book.
        floor("Storage", ["Exact", "Monitoring", "Formats", grdb, sqlite, crypto]),
        // Floor 7: doors and pages.
        floor("Ingest", ["CZlib", "Monitoring"]),
        floor(
            "Web",
            [
                "Monitoring", crypto, hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, log, lifecycle, nioCore,
                nioPosix, nioHTTP1, nioHTTPTypes, nioSSL,
            ]),
        // Floor 8: the station's end.
        floor(
            "Forwarding",
            ["Monitoring", "Formats", "Ingest", asyncHTTPClient, crypto, nioCore, nioHTTP1, nioSSL]),
        // Floor 9: commands.
        .executableTarget(
            name: "tributary",
            dependencies: [
                "Exact", "Statistics", "Monitoring", "Accounting", "Formats", "Standards", "Quality", "Detection",
                "Assessment", "Alerting", "Compensation", "Pipeline", "Simulation", "Storage", "Ingest", "Web",
                "Forwarding", "CMalloc",
                arguments, log, lifecycle, signals,
            ],
            swiftSettings: settings,
            // The program carries Swift's runtime: it starts in half the time and runs where no Swift is installed.
            linkerSettings: [
                .unsafeFlags([
                    "-static-stdlib", "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCollections",
                    "-l_FoundationCShims",
                ])
            ]),

        // Tests mirror the sources; FlowTests runs the program as its users do, TidyTests reads the tree.
        tests("Exact", ["Exact"]),
        tests("Statistics", ["Statistics"]),
        tests("Monitoring", ["Exact", "Monitoring"]),
        tests("Accounting", ["Exact", "Accounting"]),
        tests("Formats", ["CZlib", "Exact", "Monitoring", "Formats", crypto]),
        tests("Standards", ["Exact", "Monitoring", "Standards"]),
        tests("Quality", ["Exact", "Statistics", "Monitoring", "Standards", "Quality"]),
        tests("Detection", ["Exact", "Statistics", "Monitoring", "Standards", "Detection"]),
        tests("Assessment", ["Exact", "Monitoring", "Standards", "Assessment"]),
        tests("Alerting", ["Exact", "Monitoring", "Standards", "Detection", "Assessment", "Alerting"]),
        tests("Compensation", ["Exact", "Monitoring", "Accounting", "Standards", "Assessment", "Compensation"]),
        tests("Simulation", ["Exact", "Statistics", "Monitoring", "Standards", "Simulation"]),
        tests(
            "Storage",
            ["CZlib", "Exact", "Monitoring", "Accounting", "Formats", "Standards", "Storage", grdb, crypto, log]),
        tests("Pipeline", ["Exact", "Monitoring", "Formats", "Standards", "Quality", "Detection", "Pipeline"]),
        tests("Ingest", ["Monitoring", "Ingest"]),
        tests(
            "Forwarding",
            ["Monitoring", "Formats", "Ingest", "Forwarding", crypto, nioCore, nioHTTP1, nioPosix, nioSSL]),
        tests("Web", ["Monitoring", "Web", log, nioCore]),
        tests("RealData", ["Exact", "Monitoring", "Formats", "Standards", "Assessment"]),
        tests("Flow", ["Exact", "Monitoring", "Formats", "Standards", "Pipeline", "Storage", "Ingest"]),
        tests("Tidy", []),
    ]
)
