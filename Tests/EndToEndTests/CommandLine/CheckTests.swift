import Support
import Testing

@Suite("check and serve: a database that could show one tenant's rows to another is not served from")
struct CheckTests {
    @Test("a deployment that is in order passes each check, before anything listens, and is told so within a second or two")
    func inOrder() throws {
        let folder = Run.makeFolder("check", for: .invoker)
        let environment = try ["DEBRIEF_LISTEN": "\(folder)/debrief.sock", "PATH": Machine.path(nginx: "1.22.1-9+deb12u11")]
        let began = ContinuousClock.now
        let (status, output, errors) = try Cluster.shared.get().makeDatabase().debrief(["check"], environment: environment)
        Run.report("check of a deployment in order: \(began.duration(to: .now))")
        #expect(status == 0)
        #expect(
            output == """
                ok    settings
                ok    timeouts: statement 10s, request 30s, nginx's fastcgi_read_timeout 35s
                ok    database
                ok    connections
                ok    row security
                ok    statements
                ok    plans
                ok    fastcgi socket: not there yet
                ok    control socket: not there yet
                ok    operator socket: not there yet
                ok    nginx: 1.22.1-9+deb12u11
                ok    tokens

                """
        )
        #expect(errors.isEmpty)
    }

    @Test(
        "what is wrong is named by check, with 1, and serve does not start",
        arguments: [
            ("drop policy tenant on sessions", "row security: no policy, or more than one, lets the role debrief_api read sessions"),
            ("alter table scorecards disable row level security", "row security: row security is not enabled and forced on scorecards"),
            ("alter table users no force row level security", "row security: row security is not enabled and forced on users"),
            ("alter policy tenant on transcripts using (true)", "row security: the policy for transcripts does not confine to the tenant"),
            ("grant select on users to debrief_api", "row security: the role debrief_api may read users.email"),
            ("grant select on api_tokens to debrief_api", "row security: the role debrief_api may read api_tokens"),
        ]
    )
    func spoiled(_ script: String, _ fault: String) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.script(script)
        let check = try database.debrief(["check"], environment: ["PATH": Machine.path(nginx: "1.22.1-9+deb12u11")])
        #expect(check.status == 1)
        #expect(check.output.contains("ok    connections\nfail  \(fault); "))
        // The rest of the way rests on it; what is no part of it is looked at.
        #expect(!check.output.contains("statements") && check.output.contains("ok    tokens\n"))
        #expect(check.errors == "debrief: the check found a fault; do what each line with fail says\n")

        let folder = Run.makeFolder("serve", for: .debrief)
        let master = try ChildProcess(
            [Run.binary, "serve"],
            environment: ["DEBRIEF_DATABASE": database.conninfo(user: "debrief_api"), "DEBRIEF_LISTEN": "\(folder)/debrief.sock"],
            as: .debrief,
            output: "\(folder)/log"
        )
        #expect(master.wait(seconds: 30) == 1)
        #expect(master.output.contains(String(fault.dropFirst("row security: ".count))))
        #expect(master.output.hasSuffix("debrief: the database is not fit to be served from; run: debrief check\n"), "\(master.output)")
    }

    @Test("a superuser and the platform are no roles for the workers", arguments: ["postgres", "debrief_platform"])
    func roles(_ user: String) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        let check = try database.debrief(["check"], environment: ["DEBRIEF_DATABASE": database.conninfo(user: user)])
        #expect(check.status == 1)
        #expect(check.output.contains("fail  row security: the role \(user) "), "\(check.output)")
    }

    @Test("a database that was never migrated, lacks a function, or an index, is told apart")
    func missing() throws {
        let cluster = try Cluster.shared.get()
        let empty = try cluster.makeEmptyDatabase().debrief(["check"])
        #expect(empty.status == 1)
        #expect(empty.output.contains("there is no table sessions; run debrief migrate up"), "\(empty.output)")

        let database = try cluster.makeDatabase(demo: false)
        try database.sql("drop index users_by_name")
        // The primary key leads with the tenant, too, but not to the names in their order.
        let unsorted = try database.debrief(["check"])
        #expect(unsorted.status == 1)
        #expect(unsorted.output.contains("fail  plans: list_users has no index to use: Sort"), "\(unsorted.output)")
        try database.sql("alter table users drop constraint users_pkey cascade")
        let indexless = try database.debrief(["check"])
        #expect(indexless.status == 1)
        #expect(indexless.output.contains("fail  plans: users has no primary key"), "\(indexless.output)")
        try database.sql("drop function authenticate")
        let functionless = try database.debrief(["check"])
        #expect(functionless.status == 1)
        #expect(functionless.output.contains("fail  statements: function authenticate(bytea, text) does not exist"), "\(functionless.output)")
    }

    @Test(
        "each index that a statement needs is missed by itself",
        arguments: [
            ("drop index sessions_by_user_and_start", "list_sessions_of_user has no index to use"),
            ("drop index sessions_by_start", "list_sessions has no index to use"),
            ("drop index scenarios_by_status_and_name", "list_scenarios has no index to use"),
            ("alter table scorecards drop constraint scorecards_by_session", "get_scorecard has no index to use"),
            ("alter table scorecards drop constraint scorecards_pkey", "get_scorecard has no index to use"),
            ("alter table sessions drop constraint sessions_pkey cascade", "sessions has no primary key"),
            ("alter table api_tokens drop constraint api_tokens_token_hash_key", "authenticate has no index to use"),
        ]
    )
    func index(change: String, fault: String) throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.sql(change)
        let check = try database.debrief(["check"])
        #expect(check.status == 1 && check.output.contains("fail  plans: \(fault)"), "\(check.output)")
    }

    @Test("a server that is not there, lets nobody in, or has no room for all workers, is told with what to do")
    func server() throws {
        let database = try Cluster.shared.get().makeDatabase(demo: false)
        for (environment, beginning, end) in [
            (
                ["DEBRIEF_DATABASE": "host=/nonexistent password=hunter2"], "fail  database: ",
                "; start PostgreSQL, or mend host and port in DEBRIEF_DATABASE"
            ),
            (
                ["DEBRIEF_DATABASE": database.conninfo(user: "nobody_here")], "fail  database: ",
                "; make the role (debrief migrate up makes debrief_api), or mend user in DEBRIEF_DATABASE"
            ),
            (
                ["DEBRIEF_WORKERS": "1000"], "fail  connections: 1000 workers need as many connections, and PostgreSQL lets this role have ",
                "; lower DEBRIEF_WORKERS, or raise max_connections"
            ),
        ] {
            let settings = try environment.merging(["PATH": Machine.path(nginx: "1.22.1-9+deb12u11")]) { $1 }
            let check = try database.debrief(["check"], environment: settings)
            #expect(check.status == 1)
            let faults = check.output.split(separator: "\n").filter { $0.hasPrefix("fail ") }
            #expect(
                faults.count == 1 && faults[0].hasPrefix(beginning) && faults[0].hasSuffix(end) && !faults[0].contains("hunter2"),
                "\(check.output)"
            )
        }
    }
}
