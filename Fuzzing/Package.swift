// swift-tools-version: 6.2
// Fuzzers of the decoders, in a package of their own: the sanitizers compile everything again. `scripts/fuzz` builds and
// runs them; the sources are those of the project, by links.

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-sanitize=fuzzer,address"]),
]
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

func floor(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "fuzzing",
    traits: [
        .trait(name: "FastInflate", description: "As in the package itself: inflates gzip files by ISA-L.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CIsal", path: "Sources/CIsal"),
        .systemLibrary(name: "CIconv", path: "Sources/CIconv"),
        .systemLibrary(name: "CZip", path: "Sources/CZip", pkgConfig: "libzip"),
        .systemLibrary(name: "CExpat", path: "Sources/CExpat", pkgConfig: "expat"),
        .target(name: "StandardsData"),
        floor("Exact", [.product(name: "BigInt", package: "BigInt")]),
        floor("Statistics", []),
        floor("Monitoring", ["Exact"]),
        floor("Accounting", ["Exact"]),
        floor(
            "Formats",
            [
                .target(name: "CIsal", condition: .when(traits: ["FastInflate"])), "CExpat", "CIconv", "CZip",
                "CZlib", "Exact", "Monitoring", crypto,
            ]),
        floor("Standards", ["Exact", "Monitoring", "StandardsData", .product(name: "Yams", package: "Yams")]),
        floor("Assessment", ["Exact", "Monitoring", "Standards"]),
        floor("Compensation", ["Exact", "Statistics", "Monitoring", "Accounting", "Standards", "Assessment", crypto]),
        .executableTarget(
            name: "fuzz", dependencies: ["CZlib", "Exact", "Monitoring", "Formats", "Standards", "Compensation"],
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
)
