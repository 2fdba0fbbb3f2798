import Foundation
import Testing

@testable import Admin

/// What is known of the migrations beside their files, held against them.
@Suite("What migrations need")
struct MigrationRightsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "migrations").path

    private func sql(_ name: String) throws -> String { try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8) }

    @Test("the settings of debrief_api are those that its migration makes, all of them")
    func settings() throws {
        let made = try sql("0001_roles.sql").matches(of: /^ {8}'([a-z_]+=[a-z0-9_]+)',?$/.anchorsMatchLineEndings()).map { String($0.1) }
        #expect(made == Migrations.settingsOfAPI)
    }

    @Test("the objects of a file are the tables and functions that it makes")
    func objects() throws {
        #expect(
            try Migrations.namesOfObjects(madeBy: sql("0002_tables.sql"))
                == ["tenants", "users", "scenarios", "sessions", "transcripts", "scorecards", "api_tokens"]
        )
        #expect(try Migrations.namesOfObjects(madeBy: sql("0004_authenticate.sql")) == ["authenticate"])
    }

    @Test("a file that takes on debrief_owner says so in the one form that is looked for")
    func owner() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder) {
            let text = try sql(name)
            #expect(text.contains(Migrations.actsAsOwner) == text.contains(/role +"?debrief_owner/), "\(name)")
        }
    }
}
