// swift-tools-version: 6.2

import PackageDescription

/// Held by every target of ours: a warning is a defect.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Targets that lend memory they own: `RawSpan` and `Span` in the signatures of their functions.
let lending: [SwiftSetting] = strict + [.enableExperimentalFeature("Lifetimes")]

/// Targets in which each unsafe expression has to be marked as such: `JSON` has two files of them, `Admin` one, the others none. Memory of C stays behind
/// `Postgres`, `FastCGI`, `Pool`, `Waiting` and `Digest`.
let safe: [SwiftSetting] = lending + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// The program that `scripts/test --fuzz` builds: libFuzzer brings its `main`, and only a build with `--sanitize=fuzzer` has that.
let fuzz: [Target] =
    Context.environment["DEBRIEF_FUZZ"] == nil
    ? []
    : [.executableTarget(name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/LibFuzzer", swiftSettings: strict)]

let package = Package(
    name: "debrief",
    products: [.executable(name: "debrief", targets: ["debrief"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "CFCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CProcess"),

        .target(name: "HTML", swiftSettings: safe),
        .target(name: "JSON", swiftSettings: safe),
        .target(name: "Waiting", swiftSettings: strict),
        .target(name: "Postgres", dependencies: ["CPostgres", "Waiting"], swiftSettings: lending),
        .target(name: "FastCGI", dependencies: ["CFCGI", "Waiting", system], swiftSettings: lending),
        .target(name: "Digest", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(name: "API", dependencies: ["Digest", "FastCGI", "JSON", "Postgres", "Waiting"], swiftSettings: safe),
        .target(
            name: "Documents",
            dependencies: ["API", "Digest", "HTML", "JSON"],
            resources: ["Page/page.css", "Page/page.js"].map { .embedInCode($0) }
                + ["sessions.sh", "sessions.py", "sessions.mjs", "sessions.swift", "sessions_csv.py"].map { .embedInCode("QuickStarts/\($0)") },
            swiftSettings: safe
        ),
        .target(name: "Pool", dependencies: ["API", "CProcess", "FastCGI", "HTML", "JSON", "Waiting", logging, system], swiftSettings: strict),
        .target(name: "Admin", dependencies: ["API", "Digest", "JSON", "Pool", "Postgres", "Waiting", logging, system], swiftSettings: safe),
        .executableTarget(
            name: "debrief",
            dependencies: ["Admin", "API", "Documents", "JSON", "Pool", "Postgres", "Waiting", argumentParser, logging, system],
            swiftSettings: safe
        ),

        .target(name: "Support", dependencies: ["Digest", "Postgres", "Waiting"], path: "Tests/Support", swiftSettings: strict),
        .target(name: "FuzzTargets", dependencies: ["API", "FastCGI", "JSON", "Support"], path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "Postgres", "Support", "Waiting"], swiftSettings: strict),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "Support", "Waiting"], swiftSettings: strict),
        .testTarget(name: "FastCGITests", dependencies: ["FastCGI", "FuzzTargets", "Support", "Waiting", system], swiftSettings: strict),
        .testTarget(name: "APITests", dependencies: ["API", "Digest", "JSON", "Postgres", "Support", "Waiting"], swiftSettings: strict),
        .testTarget(name: "DocumentsTests", dependencies: ["API", "Documents", "HTML", "Support"], swiftSettings: strict),
        .testTarget(name: "PoolTests", dependencies: ["HTML", "Pool", "Support", "Waiting", system], swiftSettings: strict),
        .testTarget(name: "AdminTests", dependencies: ["Admin", "JSON", "Pool"], swiftSettings: strict),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["FastCGI", "FuzzTargets", "JSON", "Postgres", "Support", "Waiting"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["API", "Documents", "FuzzTargets", "Postgres", "Support", "Waiting"],
            swiftSettings: strict
        ),
    ] + fuzz,
    swiftLanguageModes: [.v6]
)
