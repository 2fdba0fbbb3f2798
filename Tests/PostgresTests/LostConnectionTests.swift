import Foundation
import Postgres
import Support
import Testing
import Waiting

@Suite("A connection that is lost or late")
struct LostConnectionTests {
    @Test("a backend terminated while idle is a lost connection at the next exchange")
    func idle() throws {
        var connection = try connect()
        try connection.prepare([reciprocal], until: .ample)
        try database.get().terminate(connection.backend())
        let error = failure { _ = try connection.ask(reciprocal, 1) }
        #expect(error?.isLost == true, "\(String(describing: error))")
    }

    @Test("a backend terminated between two results: the first can be read, the second is a lost connection")
    func betweenTwo() throws {
        var connection = try connect()
        let backend = try connection.backend()
        try connection.prepare([reciprocal, sleeping], until: .ample)
        try connection.send(reciprocal, 1)
        try connection.send(sleeping, 600)
        try connection.sync()
        // What is queued leaves with the first wait.
        let early = failure { _ = try connection.number(until: .after(milliseconds: 1)) }
        #expect(early == nil || early?.isTimedOut == true)
        try eventually(within: 30) {
            try database.get().value("select wait_event from pg_stat_activity where pid = $1::int", backend) == "PgSleep"
        }
        try database.get().terminate(backend)
        if early != nil {
            let first = try connection.number()
            #expect(first == 1)
        }
        let error = failure { _ = try connection.number() }
        #expect(error?.isLost == true, "\(String(describing: error))")
    }

    @Test("a backend terminated in the middle of a result is a lost connection, never the result's end")
    func midResult() throws {
        let all: Int64 = 50_000_000
        var connection = try connect()
        let backend = try connection.backend()
        try connection.prepare([numbers], until: .ample)
        try connection.send(numbers, all)
        try connection.sync()
        try connection.beginRows()
        var count = 0
        while try count < 10 && connection.nextRow(until: .ample) != nil { count += 1 }
        try database.get().terminate(backend)
        let error = failure { while try connection.nextRow(until: .ample) != nil { count += 1 } }
        #expect(error?.isLost == true, "\(String(describing: error))")
        #expect(count < all)
    }

    @Test("a server that is frozen is given up at the deadline, not before it and not long after")
    func frozen() throws {
        var connection = try connect()
        try connection.prepare([reciprocal], until: .ample)
        let backend = try #require(pid_t(connection.backend()))
        kill(backend, SIGSTOP)
        defer { kill(backend, SIGCONT) }
        let start = monotonicMilliseconds()
        try connection.send(reciprocal, 1)
        try connection.sync()
        let error = failure { _ = try connection.number(until: .after(milliseconds: 200)) }
        let elapsed = monotonicMilliseconds() - start
        #expect(error?.isTimedOut == true, "\(String(describing: error))")
        #expect(elapsed >= 200)
        #expect(elapsed < 15_000)
    }

    @Test("a server that takes a connection and says nothing is given up at the deadline")
    func silent() throws {
        let folder = Run.makeFolder("silent", for: .invoker)
        let listener = try SilentListener("\(folder)/.s.PGSQL.5432")
        let start = monotonicMilliseconds()
        let error = failure { _ = try Connection("host=\(folder) dbname=x user=x", applicationName: "test", until: .after(milliseconds: 200)) }
        let elapsed = monotonicMilliseconds() - start
        #expect(error?.isTimedOut == true, "\(String(describing: error))")
        #expect(elapsed >= 200)
        #expect(elapsed < 15_000)
        _ = consume listener
    }

    @Test("of several servers one that says nothing leaves time for the others, whichever place it has", arguments: 0..<3)
    func silentAmongOthers(place: Int) throws {
        let folder = Run.makeFolder("silent", for: .invoker)
        let listener = try SilentListener("\(folder)/.s.PGSQL.5432")
        var hosts = ["/nowhere", "127.0.0.1"]
        hosts.insert(folder, at: place)
        hosts.append(try Cluster.shared.get().socketFolder)
        var connection = try Connection(
            "host=\(hosts.joined(separator: ",")) dbname=postgres user=postgres",
            applicationName: "test",
            until: .after(milliseconds: 4_000)
        )
        let answer = try connection.query("select 1", until: .ample)
        #expect(answer == [["1"]])
        _ = consume listener
    }

    @Test("a host's name that is not known is named, unless it may be part of a password, and the time to look it up has an end")
    func unknownName() throws {
        let start = monotonicMilliseconds()
        let named = failure { _ = try Connection("host=nobody.invalid dbname=x user=x", applicationName: "test", until: .after(milliseconds: 5_000)) }
        #expect(named?.isLost == true && named?.description.contains("nobody.invalid") == true, "\(String(describing: named))")
        let slip = failure {
            _ = try Connection("postgresql://user:pass@hunter2@nobody.invalid/x", applicationName: "test", until: .after(milliseconds: 5_000))
        }
        #expect(slip?.isLost == true && slip?.description.contains("hunter2") == false, "\(String(describing: slip))")
        let late = failure { _ = try Connection("host=nobody.invalid dbname=x user=x", applicationName: "test", until: .after(milliseconds: 0)) }
        #expect(late?.isLost == true)
        #expect(monotonicMilliseconds() - start < 15_000)
    }

    @Test(
        "where no connection can be made, one line says why, and never the password",
        arguments: [
            "host=/nowhere dbname=postgres user=postgres password=hunter2",
            "host=127.0.0.1 port=1 dbname=postgres user=postgres password=hunter2",
            "host=localhost port=1 dbname=postgres user=postgres password=hunter2",
            "postgresql://postgres:hunter2@127.0.0.1:1/postgres",
            "host=SOCKET dbname=nowhere user=postgres password=hunter2",
            "host=SOCKET dbname=postgres user=nobody_of_that_name password=hunter2",
            "host=FOLDER dbname=postgres user=postgres password=hunter2",
            // What libpq cannot read it quotes.
            "host=/nowhere password=two hunter2",
            "host=/nowhere password='hunter2",
            "host=/nowhere hunter2=password",
            "host=/nowhere sslmode=hunter2",
            "host=127.0.0.1 port=hunter2",
            "postgresql://postgres:hunter2%zz@127.0.0.1:1/postgres",
            "postgresql://postgres:hunter2@127.0.0.1:1/postgres?hunter2=1",
        ]
    )
    func unreachable(conninfo: String) throws {
        let folder = Run.makeFolder("refused", for: .invoker)
        // A socket's file without a listener.
        _ = try SilentListener("\(folder)/.s.PGSQL.5432")
        let conninfo = try conninfo.replacing("SOCKET", with: Cluster.shared.get().socketFolder).replacing("FOLDER", with: folder)
        let error = try #require(failure { _ = try Connection(conninfo, applicationName: "test", until: .ample) })
        #expect(error.isLost)
        for text in [error.description, error.detail] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains { $0.isNewline })
        }
    }
}
