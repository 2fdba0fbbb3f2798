import Postgres
import Support
import Testing

@Suite("Preparing")
struct PreparationTests {
    @Test(
        "a statement that takes or returns other types than it declares is refused",
        arguments: [
            Statement(name: "fewer_columns", sql: "select 1::bigint, 2::bigint", parameters: [], columns: [.bigint]),
            Statement(name: "more_columns", sql: "select 1::bigint", parameters: [], columns: [.bigint, .bigint]),
            Statement(name: "other_column", sql: "select 1::integer", parameters: [], columns: [.bigint]),
            Statement(name: "varchar_is_not_text", sql: "select 'a'::varchar", parameters: [], columns: [.text]),
            Statement(name: "no_columns", sql: "set application_name = 'x'", parameters: [], columns: [.text]),
            Statement(name: "more_parameters", sql: "select $1::bigint, $2::bigint", parameters: [.bigint], columns: [.bigint, .bigint]),
        ]
    )
    func refused(statement: Statement) throws {
        var connection = try connect()
        let error = try #require(failure { try connection.prepare([reciprocal, statement], until: .ample) })
        #expect(error.isUnexpected)
        #expect(error.description.contains(statement.name))
        #expect(!error.description.contains("select"))
    }

    @Test("a statement that the server refuses is the server's error, and the connection is good after it")
    func serverError() throws {
        var connection = try connect()
        let missing = Statement(name: "missing", sql: "select number from nowhere", parameters: [], columns: [.bigint])
        let error = try #require(failure { try connection.prepare([missing], until: .ample) })
        #expect(error.sqlState == "42P01")
        #expect(!error.description.contains("nowhere"))
        #expect(error.detail.contains("nowhere"))
        try connection.drain(until: .ample)
        try connection.prepare([reciprocal], until: .ample)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }

    @Test("statements that the session has lost (26000) are prepared again")
    func deallocated() throws {
        var connection = try connect()
        try connection.prepare([reciprocal], until: .ample)
        _ = try connection.query("deallocate all", until: .ample)
        let error = failure { _ = try connection.ask(reciprocal, 1) }
        #expect(error?.sqlState == "26000")
        try connection.drain(until: .ample)
        try connection.prepare([reciprocal], until: .ample)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }

    @Test("a statement whose result a changed table has changed (0A000) is prepared again")
    func changedTable() throws {
        var connection = try connect()
        try connection.execute(script: "create temporary table words (word text); insert into words values ('a')", until: .ample)
        let word = Statement(name: "word", sql: "select word from words where $1 = 1", parameters: [.bigint], columns: [.text])
        try connection.prepare([word], until: .ample)
        try connection.execute(script: "alter table words alter word type text collate \"C\"", until: .ample)
        let error = failure { _ = try connection.text(word) }
        #expect(error?.sqlState == "0A000")
        try connection.drain(until: .ample)
        try connection.prepare([word], until: .ample)
        let next = try connection.text(word)
        #expect(next == "a")
    }
}

extension Connection {
    fileprivate mutating func text(_ statement: Statement) throws -> String? {
        try send(statement, 1)
        try sync()
        let result = try receive(until: .ample)
        let text = result.value(row: 0, column: 0)?.string
        try drain(until: .ample)
        return text
    }
}
