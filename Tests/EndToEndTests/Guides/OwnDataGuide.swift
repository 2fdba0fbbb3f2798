import Foundation
import Support
import Testing

/// The README's “Your own data in ten minutes”, followed in a place that `scripts/up` has made.
struct OwnDataGuide {
    private static let tables = ["users", "scenarios", "sessions", "transcripts", "scorecards"]
    /// What each change of an export is answered with, as the README's table has it.
    private static let mistakes: [(file: String, from: String, to: String, message: String)] = [
        ("users", "id,full_name,", "id,name,", #"column name mismatch in header line field 2: got "name", expected "full_name""#),
        ("transcripts", #""time"":0}"#, #""time"":}"#, "invalid input syntax for type json"),
        ("users", "5b1c7a52-7a0e-4d6f-9a53-2f1e6d2b9c03", "4711", #"invalid input syntax for type uuid: "4711""#),
        ("scorecards", ",81,solid", ",181,solid", #"violates check constraint "scorecards_overall_score_check""#),
        ("sessions", "2f1e6d2b9c02,c0a8", "2f1e6d2b9c99,c0a8", #"violates foreign key constraint "sessions_tenant_id_user_id_fkey""#),
        ("users", "ü", "\u{FFFD}", #"invalid byte sequence for encoding "UTF8": 0xfc"#),
    ]

    private let place: ScriptedPlace
    private let guide: Guide
    private let folder: String

    init(_ place: ScriptedPlace) throws {
        self.place = place
        guide = try Guide("## Your own data in ten minutes")
        folder = Run.makeFolder("own", for: .invoker)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/scripts", withDestinationPath: "\(Run.repository)/scripts")
    }

    func follow() throws {
        try guide.follow(replacements: [("${DEBRIEF_PORT:-8080}", "\(place.port)")]) { try place.bash($0, in: folder) }
        try makeMistakes()
        try loadTwice()
        try loadOtherIDs()
    }

    // MARK: Loads

    /// Loads a copy of the exports into a new tenant.
    private func load(
        into tenant: String? = nil,
        _ change: (_ file: String, _ text: String) throws -> Data = { Data($1.utf8) }
    ) throws -> (tenant: String, status: Int32?, errors: String) {
        let copy = Run.makeFolder("own", for: .invoker)
        try FileManager.default.createDirectory(atPath: "\(copy)/acme", withIntermediateDirectories: false)
        for name in Self.tables.map({ "\($0).csv" }) + ["load.sql"] {
            let text = try String(contentsOfFile: "\(folder)/acme/\(name)", encoding: .utf8)
            try change(name, text).write(to: URL(filePath: "\(copy)/acme/\(name)"))
        }
        let tenant = try tenant ?? place.expect("debrief", "tenant", "create", "--name", "Another").trimmingCharacters(in: .newlines)
        let command = try #require(guide.steps.map(\.commands).joined().firstMatch(of: /scripts\/(psql .* -f acme\/load\.sql)/)).1
        let loaded = try place.bash("tenant=\(tenant)\n\(Run.repository)/scripts/\(command)", in: copy)
        return (tenant, loaded.status, loaded.errors)
    }

    /// How many rows a tenant has in each table.
    private func rows(of tenant: String) throws -> [Int?] {
        let counts = Self.tables.map { "(select count(*) from \($0) where tenant_id = '\(tenant)')" }.joined(separator: ", ")
        let line = try place.expect("psql", "-XAt", "-F,", "-c", "select \(counts)")
        return line.trimmingCharacters(in: .newlines).split(separator: ",").map { Int($0) }
    }

    private func makeMistakes() throws {
        let messages = guide.rows.compactMap { quotedCode(in: $0[0]).first }
        let double = #"duplicate key value violates unique constraint "users_pkey""#
        #expect(Set(messages) == Set(Self.mistakes.map(\.message) + [double]))
        for (file, from, to, message) in Self.mistakes {
            let result = try load { name, text in
                guard name == "\(file).csv" else { return Data(text.utf8) }
                try #require(text.contains(from))
                // What is no letter at all stands for the same in another encoding.
                return try to == "\u{FFFD}" ? #require(text.data(using: .windowsCP1252)) : Data(text.replacing(from, with: to).utf8)
            }
            #expect(result.status == 3 && result.errors.contains(message), "\(result)")
            #expect(try rows(of: result.tenant) == [0, 0, 0, 0, 0], "\(message)")
        }
        let mended = try load { name, text in
            if name == "users.csv" { return try #require(text.data(using: .windowsCP1252)) }
            return Data(
                text.replacing("users.csv' with (format csv, header match", with: "users.csv' with (format csv, header match, encoding 'WIN1252'")
                    .utf8
            )
        }
        #expect(try mended.status == 0 && rows(of: mended.tenant) == [3, 2, 3, 2, 2], "\(mended)")
        #expect(
            try place.expect("psql", "-XAt", "-c", "select full_name from users where tenant_id = '\(mended.tenant)' and email like 'joerg%'")
                == "Müller, Jörg\n"
        )
    }

    private func loadTwice() throws {
        let first = try load()
        #expect(try first.status == 0 && rows(of: first.tenant) == [3, 2, 3, 2, 2], "\(first)")
        let second = try load(into: first.tenant)
        #expect(second.status == 3 && second.errors.contains(#"duplicate key value violates unique constraint "users_pkey""#), "\(second)")
        #expect(try rows(of: first.tenant) == [3, 2, 3, 2, 2])
    }

    /// Users whose ids are numbers, by the lines that the README has for them.
    private func loadOtherIDs() throws {
        let pairs = try #require(guide.blocks.first { $0.hasPrefix("alter ") }).split(separator: "\n").map(String.init)
        #expect(pairs.count == 4)
        let result = try load { name, text in
            var text = text
            if name != "load.sql" { text.replace("5b1c7a52-7a0e-4d6f-9a53-2f1e6d2b9c0", with: "471") }
            for index in stride(from: 0, to: name == "load.sql" ? pairs.count : 0, by: 2) {
                let table = pairs[index].split(separator: " ")[2]
                let copy = try #require(text.firstMatch(of: try Regex(#"\\copy \#(table) .*\n"#)))
                text.replaceSubrange(copy.range, with: "\(pairs[index])\n\(text[copy.range])\(pairs[index + 1])\n")
            }
            return Data(text.utf8)
        }
        #expect(try result.status == 0 && rows(of: result.tenant) == [3, 2, 3, 2, 2], "\(result)")
        let again = try place.expect(
            "psql",
            "-XAt",
            "-c",
            "select id = md5('user 4713')::uuid from users where tenant_id = '\(result.tenant)' and role = 'manager'"
        )
        #expect(again == "t\n")
    }
}
