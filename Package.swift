// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

/// Modules that decide: no pointer leaves the compiler's sight without the word `unsafe`.
let strictSettings = settings + [.strictMemorySafety()]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "eventauth",
    products: [
        .executable(name: "eventauth", targets: ["eventauth"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CanonicalJSON", swiftSettings: strictSettings),
        .target(
            name: "MatrixEvents",
            dependencies: ["CanonicalJSON", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strictSettings
        ),
        .target(
            name: "EventAuthorization",
            dependencies: ["CanonicalJSON", "MatrixEvents"],
            swiftSettings: strictSettings
        ),
        .target(
            name: "AuthGraph",
            dependencies: ["CanonicalJSON", "MatrixEvents", "EventAuthorization"],
            swiftSettings: strictSettings
        ),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "PostgresStore",
            dependencies: [
                "CLibpq", "AuthGraph", "CanonicalJSON", "EventAuthorization", "MatrixEvents",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Migrations")],
            swiftSettings: settings
        ),
        .target(name: "JSONRPC", dependencies: ["CanonicalJSON"], swiftSettings: strictSettings),
        .target(
            name: "AccessControl",
            dependencies: [
                "CanonicalJSON", "JSONRPC", "MatrixEvents",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strictSettings
        ),
        .testTarget(name: "AccessControlTests", dependencies: ["AccessControl", "JSONRPC"], swiftSettings: settings),
        .target(
            name: "AuthorizationService",
            dependencies: [
                "AuthGraph", "CanonicalJSON", "EventAuthorization", "JSONRPC", "MatrixEvents",
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strictSettings
        ),
        .target(
            name: "RPCServer",
            dependencies: nio + [
                "CanonicalJSON", "JSONRPC",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PrometheusMetrics",
            dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: strictSettings
        ),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(
            name: "eventauth",
            dependencies: [
                "AccessControl", "AuthGraph", "AuthorizationService", "CanonicalJSON", "CZlib", "EventAuthorization",
                "JSONRPC",
                "MatrixEvents", "PostgresStore", "PrometheusMetrics", "RPCServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        // In this package and not in one of its own: what it measures is visible within this package only.
        .executableTarget(
            name: "eventauth-bench",
            dependencies: nio + [
                "AuthGraph", "AuthorizationService", "CanonicalJSON", "CLibpq", "EventAuthorization",
                "EventTestSupport",
                "JSONRPC", "MatrixEvents", "PostgresStore", "RPCServer",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Benchmarks",
            exclude: ["counts.txt"],
            swiftSettings: settings
        ),
        .testTarget(name: "BenchmarkTests", dependencies: ["eventauth-bench"], swiftSettings: settings),
        // What holds for every input, and inputs to hold it against. In this package for the same reason.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "AuthGraph", "AuthorizationService", "CanonicalJSON", "EventAuthorization", "EventTestSupport",
                "JSONRPC", "MatrixEvents", "RPCServer", "RPCTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Fuzzing/FuzzTargets",
            swiftSettings: settings
        ),
        .systemLibrary(name: "CLibFuzzer", path: "Fuzzing/CLibFuzzer"),
        .executableTarget(
            name: "eventauth-fuzz",
            dependencies: [
                "CLibFuzzer", "EventTestSupport", "FuzzTargets",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Fuzzing/eventauth-fuzz",
            swiftSettings: settings
        ),
        .testTarget(name: "FuzzTests", dependencies: ["EventAuthorization", "FuzzTargets"], swiftSettings: settings),
        .target(
            name: "RPCTestSupport",
            dependencies: ["CanonicalJSON", "JSONRPC"],
            path: "Tests/RPCTestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "JSONRPCTests",
            dependencies: ["CanonicalJSON", "JSONRPC", "RPCTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RPCServerTests",
            dependencies: nio + [
                "CanonicalJSON", "JSONRPC", "RPCServer", "RPCTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PrometheusMetricsTests",
            dependencies: ["PrometheusMetrics", .product(name: "Metrics", package: "swift-metrics")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EventauthTests",
            dependencies: [
                "AuthGraph", "AuthorizationService", "CanonicalJSON", "EventAuthorization", "EventTestSupport",
                "JSONRPC",
                "MatrixEvents", "PostgresStore", "PrometheusMetrics", "eventauth",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PostgresStoreTests",
            dependencies: ["AuthGraph", "MatrixEvents", "PostgresStore"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "AuthGraph", "CanonicalJSON", "EventAuthorization", "EventTestSupport", "MatrixEvents", "PostgresStore",
                "RPCServer", "eventauth",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Balancing/load.py"],
            swiftSettings: settings
        ),
        .target(
            name: "EventTestSupport",
            dependencies: [
                "CanonicalJSON", "MatrixEvents", "EventAuthorization",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/EventTestSupport",
            swiftSettings: settings
        ),
        .testTarget(name: "CanonicalJSONTests", dependencies: ["CanonicalJSON"], swiftSettings: settings),
        .testTarget(
            name: "MatrixEventsTests",
            dependencies: ["CanonicalJSON", "MatrixEvents", "EventTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuthGraphTests",
            dependencies: ["AuthGraph", "CanonicalJSON", "EventAuthorization", "EventTestSupport", "MatrixEvents"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuthorizationServiceTests",
            dependencies: [
                "AuthGraph", "AuthorizationService", "CanonicalJSON", "EventAuthorization", "EventTestSupport",
                "JSONRPC", "MatrixEvents",
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EventAuthorizationTests",
            dependencies: ["CanonicalJSON", "MatrixEvents", "EventAuthorization", "EventTestSupport"],
            swiftSettings: settings
        ),
    ]
)

// `make fuzz`, and no other build, names libFuzzer's archive in the toolchain. The modules are then built to tell it what
// code inputs reach.
if let libFuzzer = Context.environment["LIBFUZZER_ARCHIVE"] {
    for target in package.targets where target.type != .system {
        let coverage: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer"]), .define("LIBFUZZER")]
        target.swiftSettings = (target.swiftSettings ?? []) + coverage
        guard target.name == "eventauth-fuzz" else { continue }
        target.linkerSettings = [.unsafeFlags([libFuzzer]), .linkedLibrary("stdc++")]
    }
}
