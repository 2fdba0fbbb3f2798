import Postgres
import Support
import Testing

@Suite("The pipeline")
struct PipelineTests {
    @Test("results come in the order of the sending")
    func order() throws {
        var connection = try connect()
        try connection.prepare([reciprocal], until: .ample)
        for number: Int64 in [1, -1, 2] { try connection.send(reciprocal, number) }
        try connection.sync()
        let answers = [try connection.number(), try connection.number(), try connection.number()]
        #expect(answers == [1, -1, 0])
        try connection.drain(until: .ample)
        let isIdle = connection.isIdle
        #expect(isIdle)
    }

    @Test("after an error the server skips to the Sync, and the connection is good once that was read")
    func errorBetweenStatements() throws {
        var connection = try connect()
        try connection.prepare([reciprocal], until: .ample)
        for number: Int64 in [1, 0, 1] { try connection.send(reciprocal, number) }
        try connection.sync()
        let first = try connection.number()
        #expect(first == 1)
        let error = failure { _ = try connection.number() }
        #expect(error?.sqlState == "22012")
        let isIdleBefore = connection.isIdle
        #expect(!isIdleBefore)
        try connection.drain(until: .ample)
        let isIdle = connection.isIdle
        #expect(isIdle)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }

    @Test("all statements before a Sync are one transaction: what one of them wrote goes with the error of another")
    func implicitTransaction() throws {
        var connection = try connect()
        try connection.execute(script: "create temporary table written (number bigint)", until: .ample)
        let write = Statement(name: "write", sql: "insert into written values ($1) returning number", parameters: [.bigint], columns: [.bigint])
        try connection.prepare([write, reciprocal], until: .ample)
        try connection.send(write, 1)
        try connection.send(reciprocal, 0)
        try connection.sync()
        let written = try connection.number()
        #expect(written == 1)
        try connection.drain(until: .ample)
        let rows = try connection.query("select count(*) from written", until: .ample)
        #expect(rows == [["0"]])
    }

    @Test("a transaction that fails at the Sync itself is the server's error, and the connection is good after it", arguments: [true, false])
    func errorOfTheSync(isRead: Bool) throws {
        var connection = try connect()
        try connection.execute(
            script: "create temporary table single (number bigint unique deferrable initially deferred); insert into single values (1)",
            until: .ample
        )
        let write = Statement(name: "write", sql: "insert into single values ($1) returning number", parameters: [.bigint], columns: [.bigint])
        try connection.prepare([write, reciprocal], until: .ample)
        try connection.send(write, 1)
        try connection.sync()
        if isRead {
            let written = try connection.number()
            #expect(written == 1)
        }
        let error = failure { try connection.drain(until: .ample) }
        #expect(error?.sqlState == "23505")
        let isIdle = connection.isIdle
        #expect(isIdle)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }

    @Test("results that nobody has read, errors among them, are drained", arguments: [[1, 1, 1], [1, 0, 1], [0, 0, 0]] as [[Int64]])
    func unreadResults(numbers: [Int64]) throws {
        var connection = try connect()
        try connection.prepare([reciprocal], until: .ample)
        for number in numbers { try connection.send(reciprocal, number) }
        try connection.sync()
        try connection.drain(until: .ample)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }

    @Test("rows can be read one by one, behind the result of another statement and before that of a third")
    func singleRows() throws {
        var connection = try connect()
        try connection.prepare([reciprocal, numbers], until: .ample)
        try connection.send(reciprocal, 1)
        try connection.send(numbers, 1_000)
        try connection.send(reciprocal, -1)
        try connection.sync()
        let first = try connection.number()
        #expect(first == 1)
        try connection.beginRows()
        var read: [Int64?] = []
        while let row = try connection.nextRow(until: .ample) {
            let count = row.rowCount
            #expect(count == 1)
            read.append(row.value(row: 0, column: 0)?.int64)
        }
        #expect(read == Array(1...1_000))
        let last = try connection.number()
        #expect(last == -1)
        try connection.drain(until: .ample)
        let isIdle = connection.isIdle
        #expect(isIdle)
    }

    @Test("a statement without rows, read one by one, has none")
    func noRows() throws {
        var connection = try connect()
        try connection.prepare([numbers], until: .ample)
        try connection.send(numbers, 0)
        try connection.sync()
        try connection.beginRows()
        let isAtEnd = try connection.nextRow(until: .ample) == nil
        #expect(isAtEnd)
        try connection.drain(until: .ample)
    }

    @Test("an error among the rows comes behind those before it, and the connection is good once the rest was read")
    func errorAmongRows() throws {
        let falling = Statement(
            name: "falling",
            sql: "select 100 / (50 - i) from generate_series(1, $1) i",
            parameters: [.bigint],
            columns: [.bigint]
        )
        var connection = try connect()
        try connection.prepare([falling, reciprocal], until: .ample)
        try connection.send(falling, 100)
        try connection.sync()
        try connection.beginRows()
        var count = 0
        let error = failure { while try connection.nextRow(until: .ample) != nil { count += 1 } }
        #expect(error?.sqlState == "22012")
        #expect(count == 49)
        try connection.drain(until: .ample)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }

    @Test("a statement_timeout is the server's error 57014, and the connection is good after it")
    func statementTimeout() throws {
        var connection = try connect()
        try connection.execute(script: "set statement_timeout = '50ms'", until: .ample)
        try connection.prepare([sleeping, reciprocal], until: .ample)
        try connection.send(sleeping, 600)
        try connection.sync()
        let error = failure { _ = try connection.number() }
        #expect(error?.sqlState == "57014")
        try connection.drain(until: .ample)
        _ = try connection.query("set statement_timeout = 0", until: .ample)
        let next = try connection.ask(reciprocal, 1)
        #expect(next == 1)
    }
}
