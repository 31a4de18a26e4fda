// swift-tools-version: 6.3
import PackageDescription

/// The settings every room is built with (docs/decisions/0003-packages-and-settings.md).
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: strict)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(
    name: "HummingbirdTesting", package: "hummingbird")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(
    name: "Configuration", package: "swift-configuration")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")

let platform: [Target.Dependency] = [
    "Vocabulary", "Postgres", "Tenancy", "Outbox", "Records", "Web",
]

let package = Package(
    name: "voronka",
    products: [.executable(name: "voronka", targets: ["voronka"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The platform: knows nothing of CRM.
        room("Vocabulary", []),
        room("Postgres", ["CLibPQ", "CEpoll", log, lifecycle]),
        room("Tenancy", ["Postgres", "Vocabulary", crypto, log]),
        room("Outbox", ["Tenancy", "Postgres", "Vocabulary", log, lifecycle]),
        room(
            "Web",
            [
                "CZlib", "Tenancy", "Vocabulary", "Postgres", hummingbird, mustache, crypto, log,
            ]),
        room("Records", ["Tenancy", "Outbox", "Postgres", "Vocabulary", "Web", hummingbird]),

        // The slices: never import one another.
        room("Identity", platform + [hummingbird, crypto, cryptoExtras, jwt, lifecycle, log]),
        room("Deals", platform + [hummingbird]),
        room("Contacts", platform + [hummingbird]),
        room("Tasks", platform + [hummingbird]),

        // The composition root and the command.
        room(
            "App",
            platform + [
                "Identity", "Deals", "Contacts", "Tasks",
                hummingbird, lifecycle, signals, configuration, log, crypto,
            ]),
        .executableTarget(
            name: "voronka",
            dependencies: ["App", "Identity", "Tenancy", "Postgres", "Vocabulary", arguments, log],
            swiftSettings: strict),
        room(
            "VoronkaTesting",
            platform + [
                "App", "Identity", hummingbird, hummingbirdTesting, httpClient, lifecycle, log,
            ]),

        tests("Tidy", []),
        tests(
            "Records",
            [
                "VoronkaTesting", "Records", "Contacts", "Tasks", "Web", "Tenancy", "Postgres",
                "Vocabulary",
            ]),
        tests(
            "Contacts",
            [
                "VoronkaTesting", "Records", "Contacts", "Tasks", "Web", "Tenancy", "Postgres",
                "Vocabulary",
            ]),
        tests(
            "Tasks",
            [
                "VoronkaTesting", "Records", "Contacts", "Tasks", "Web", "Tenancy", "Postgres",
                "Vocabulary",
            ]),
        tests("Postgres", ["Postgres", "VoronkaTesting", log]),
        tests(
            "Identity",
            ["Identity", "VoronkaTesting", "App", "Web", "Tenancy", "Postgres", "Vocabulary", log]),
        tests("Web", ["Web", "CZlib", "Vocabulary", hummingbird, hummingbirdTesting, log]),
        tests(
            "App",
            platform + [
                "App", "Identity", "VoronkaTesting", hummingbird, lifecycle, log, httpClient,
            ]),
        tests(
            "Tenancy",
            ["Tenancy", "Identity", "App", "Postgres", "Vocabulary", "VoronkaTesting", log]),
        tests("Outbox", ["Outbox", "Tenancy", "Postgres", "Vocabulary", "VoronkaTesting", log]),
        tests("Deals", ["Deals", "VoronkaTesting"] + platform),
    ]
)
