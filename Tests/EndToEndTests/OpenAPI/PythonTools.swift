import Foundation
import Support

/// Programs of others that judge the OpenAPI document, and what they work on.
struct PythonTools {
    /// A deployment at a port: these programs know nothing of Unix sockets. The demo tenant's rows, which nobody changes.
    struct Stage: Sendable {
        private static let made = Result { try Stage() }

        let database: Database
        let deployment: Deployment
        let token: String

        private init() throws {
            database = try Cluster.shared.get().makeDatabase()
            token = try database.makeToken(tenant: database.demoTenant())
            deployment = try Deployment(database, site: .atPort())
        }

        static func shared() throws -> Stage { try made.get() }
    }

    /// A folder of their own, which is where they run.
    let folder = Run.makeFolder("python", for: .invoker)

    /// The document, as the binary under test prints it.
    func writeDocument() throws -> String {
        let path = "\(folder)/openapi.json"
        let printed = try run([Run.binary, "openapi"])
        guard printed.status == 0 else { throw ChildProcess.Failure(description: "debrief openapi: \(printed.errors)") }
        try printed.output.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// Runs a program of Tests/Python.
    func script(
        _ name: String,
        _ words: String...,
        environment: [String: String] = [:]
    ) throws -> (status: Int32?, output: String, errors: String) {
        try command([Run.python, "\(Run.repository)/Tests/Python/\(name).py"] + words, environment: environment)
    }

    /// Runs a command that a package of the list has installed.
    func tool(
        _ name: String,
        _ words: [String],
        environment: [String: String] = [:],
        seconds: Double = 60
    ) throws -> (status: Int32?, output: String, errors: String) {
        try command(
            [URL(filePath: Run.python).deletingLastPathComponent().appending(path: name).path] + words,
            environment: environment,
            seconds: seconds
        )
    }

    private func command(
        _ words: [String],
        environment: [String: String],
        seconds: Double = 60
    ) throws -> (status: Int32?, output: String, errors: String) {
        let own = ["HOME": folder, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "COLUMNS": "200"]
        return try run(["/usr/bin/env", "-C", folder] + words, environment: own.merging(environment) { $1 }, seconds: seconds)
    }
}
