import Foundation
import Support

/// A folder of migrations of a test's own.
struct MigrationFolder {
    let path: String

    /// Files by name and text.
    init(_ files: [String: String]) throws {
        path = Run.makeFolder("migrations", for: .invoker)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
    }
}

extension Support.Database {
    /// `debrief migrate up`, with a folder.
    func migrate(_ folder: MigrationFolder) throws -> (status: Int32?, output: String, errors: String) {
        try debrief(["migrate", "up", "--folder", folder.path])
    }

    /// Which of these tables are there.
    func tables(_ names: [String]) throws -> [String] {
        try names.filter { try value("select to_regclass($1)::text", $0) != nil }
    }
}

/// What `migrate up` says, without how long each file took.
func untimed(_ output: String) -> String { output.replacing(/(applied [^ \n]+) in [0-9]+( ms|\.[0-9] s)\n/) { "\($0.1)\n" } }
