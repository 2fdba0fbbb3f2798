import Foundation
import Support
import Testing

@Suite("The command line: settings, from the environment and from a file")
struct ConfigurationTests {
    private func write(_ text: String) throws -> String {
        let path = "\(Run.makeFolder("config", for: .debrief))/debrief.conf"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// A database with one tenant.
    private func makeDatabase(tenant: String) throws -> Support.Database {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.sql("insert into tenants (name) values ($1)", tenant)
        return database
    }

    @Test("a file is read where --config names it; the environment wins over it; libpq's environment is behind both")
    func precedence() throws {
        let (inFile, inEnvironment) = (try makeDatabase(tenant: "of the file"), try makeDatabase(tenant: "of the environment"))
        let file = try write(
            """
            # The admin's, as systemd's EnvironmentFile= reads it.

            DEBRIEF_ADMIN_DATABASE = "\(inFile.conninfo(user: "postgres"))"
            DEBRIEF_WORKERS=3
            """
        )
        let list = [Run.binary, "tenant", "list"]
        let withFile = try run(list + ["--config", file])
        #expect(withFile.output.contains("of the file") && withFile.errors.isEmpty)

        let environment = ["DEBRIEF_ADMIN_DATABASE": inEnvironment.conninfo(user: "postgres")]
        #expect(try run(list + ["--config", file], environment: environment).output.contains("of the environment"))
        #expect(try run(list, environment: environment).output.contains("of the environment"))

        let libpq = ["PGHOST": try Cluster.shared.get().socketFolder, "PGUSER": "postgres", "PGDATABASE": inEnvironment.name]
        #expect(try run(list, environment: libpq).output.contains("of the environment"))
        #expect(try run(list + ["--config", file], environment: libpq).output.contains("of the file"))
    }

    @Test(
        "a file with a fault stops every command with one line that names the file and the line, and 64",
        arguments: [
            ("DEBRIEF_WORKERS=2\nnonsense\n", ":2: a line has to be KEY=value, or a comment that begins with #"),
            ("DEBRIEF_WORKER=2\n", ":1: \"DEBRIEF_WORKER\" is not a setting; did you mean DEBRIEF_WORKERS?"),
            ("debrief_workers=2\n", ":1: \"debrief_workers\" is not a setting; did you mean DEBRIEF_WORKERS?"),
            ("DEBRIEF_WORKERS=2\nDEBRIEF_WORKERS=2\n", ":2: DEBRIEF_WORKERS is set a second time, after line 1; leave one of the two"),
            ("\n\nDEBRIEF_STATEMENT_TIMEOUT=forever\n", ":3: DEBRIEF_STATEMENT_TIMEOUT is \"forever\"; wanted is "),
        ]
    )
    func faults(_ text: String, _ message: String) throws {
        let file = try write(text)
        let commands = [
            ["serve"], ["check"], ["migrate", "status"], ["migrate", "up"], ["tenant", "list"], ["token", "list"],
            ["tenant", "create", "--name", "x"],
        ]
        for words in commands {
            let (status, output, errors) = try run([Run.binary] + words + ["--config", file])
            #expect(status == 64, "\(words)")
            #expect(output.isEmpty)
            #expect(errors.hasPrefix("debrief: \(file)\(message)") && errors.filter(\.isNewline).count == 1, "\(errors)")
        }
    }

    @Test("a file that is not there, is a folder, or has no end is one line and 64", arguments: ["/nonexistent/debrief.conf", "/tmp", "/dev/zero"])
    func unreadable(_ path: String) throws {
        let (status, _, errors) = try run([Run.binary, "check", "--config", path])
        #expect(status == 64)
        #expect(errors.hasPrefix("debrief: cannot read the settings in \(path): ") && errors.filter(\.isNewline).count == 1, "\(errors)")
    }

    /// Connection strings with a password: good ones that nobody answers, and bad ones that libpq would quote.
    private static let secret = "hunter2secret"
    private static let strings = [
        "host=/nonexistent password=\(secret)",
        "postgres://somebody:\(secret)@127.0.0.1:1/x",
        "postgres://somebody:\(secret)@/x?host=/nonexistent&nonsense=1",
        "host=/nonexistent password=two \(secret)",
        "password='\(secret)",
        "\(secret)",
        "host=/nonexistent sslmode=\(secret)",
        "host=/nonexistent port=\(secret)",
        "host=/nonexistent \(secret)=1",
        "service=\(secret)",
        "postgres://somebody:\(secret)@[::1/x",
    ]

    @Test("a password is in no output, however wrong the connection string that holds it", arguments: strings)
    func secrets(_ conninfo: String) throws {
        let file = try write("DEBRIEF_DATABASE=\(conninfo)\nDEBRIEF_ADMIN_DATABASE=\(conninfo)\n")
        let environment = ["DEBRIEF_DATABASE": conninfo, "DEBRIEF_ADMIN_DATABASE": conninfo]
        for words in [["check"], ["migrate", "status"], ["tenant", "list"], ["token", "list"]] {
            let folder = words[0] == "migrate" ? ["--folder", "\(Run.repository)/migrations"] : []
            for (options, variables) in [(["--config", file], [:]), ([], environment)] {
                let (status, output, errors) = try run([Run.binary] + words + folder + options, environment: variables)
                #expect(status == 1 || status == 64, "\(words)")
                #expect(!output.contains(Self.secret) && !errors.contains(Self.secret), "\(words): \(output)\(errors)")
                #expect(!errors.isEmpty && errors.filter(\.isNewline).count == 1, "\(errors)")
            }
        }
    }

    @Test("a password is in no log of a pool that cannot reach its database", arguments: strings.prefix(4))
    func secretsInLog(_ conninfo: String) throws {
        let folder = Run.makeFolder("serve", for: .debrief)
        let master = try ChildProcess(
            [Run.binary, "serve"],
            environment: [
                "DEBRIEF_DATABASE": conninfo, "DEBRIEF_LISTEN": "\(folder)/debrief.sock", "DEBRIEF_WORKERS": "1", "DEBRIEF_LOG_LEVEL": "trace",
            ],
            as: .debrief,
            output: "\(folder)/log"
        )
        // The worker's, behind the master's own.
        try eventually(within: 30) { master.output.contains("\"worker\"") || master.hasEnded }
        master.send(SIGTERM)
        #expect(master.wait() != nil)
        #expect(!master.output.isEmpty && !master.output.contains(Self.secret), "\(master.output)")
    }
}
