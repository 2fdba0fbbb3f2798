import Foundation
import Support
import Testing

/// What the README says of PHP-FPM's words is held against PHP's manual (`install.fpm.configuration`, `fpm.status`) and FPM's sample of a pool; what it
/// says of ours, against the program.
@Suite("The README's tables for those who come from PHP-FPM")
struct FromFPMTests {
    private static let directives = """
        pid error_log log_level log_limit log_buffering syslog.facility syslog.ident emergency_restart_threshold emergency_restart_interval
        process_control_timeout process.max process.priority daemonize rlimit_files rlimit_core events.mechanism systemd_interval
        listen listen.backlog listen.allowed_clients listen.owner listen.group listen.mode listen.acl_users listen.acl_groups user group
        pm pm.max_children pm.start_servers pm.min_spare_servers pm.max_spare_servers pm.max_spawn_rate pm.process_idle_timeout pm.max_requests
        pm.status_listen pm.status_path ping.path ping.response process.dumpable prefix request_terminate_timeout
        request_terminate_timeout_track_finished request_slowlog_timeout request_slowlog_trace_depth slowlog chroot chdir catch_workers_output
        decorate_workers_output clear_env env[] security.limit_extensions apparmor_hat access.log access.format access.suppress_path[]
        php_value[] php_flag[] php_admin_value[] php_admin_flag[]
        """.split { $0 == " " || $0 == "\n" }.map(String.init)
    private static let fields = [
        "pool", "process manager", "start time", "start since", "accepted conn", "listen queue", "max listen queue", "listen queue len",
        "idle processes", "active processes", "total processes", "max active processes", "max children reached", "slow requests", "memory peak",
        "pid", "state", "requests", "request duration", "request method", "request URI", "content length", "user", "script", "last request cpu",
        "last request memory",
    ]
    private static let signals = ["TERM", "INT", "QUIT", "USR1", "USR2"]
    private static let ours = ["HUP", "TTIN", "TTOU", "WINCH"]

    private let directives: [[String]]
    private let fields: [[String]]
    private let signals: [[String]]

    init() throws {
        let rows = try Guide("### From PHP-FPM").rows
        let first = try #require(rows.firstIndex { $0[0] == "`pool`" })
        (directives, fields) = (Array(rows[..<first]), rows[first...].filter { $0.count == 2 })
        signals = rows.filter { $0.count == 4 }
    }

    @Test("have each directive, each field of the status and each signal of FPM once, and say where there is none here")
    func complete() {
        #expect(directives.flatMap { quotedCode(in: $0[0]) }.sorted() == Self.directives.sorted())
        // Some are of the pool, and of each process, too.
        #expect(Set(fields.flatMap { quotedCode(in: $0[0]) }) == Set(Self.fields))
        #expect(signals.flatMap { quotedCode(in: $0[0]) }.sorted() == (Self.signals + Self.ours).sorted())
        for row in directives + fields {
            let isSaid = row[1].contains("**None**") || !quotedCode(in: row[1]).isEmpty || ["always", "never"].contains { row[1].hasPrefix($0) }
            #expect(isSaid, "\(row)")
        }
    }

    @Test("name settings, commands, paths, files and log lines that there are")
    func directivesOfOurs() throws {
        let stage = try Stage.shared()
        let help = try run([Run.binary, "--help"]).output
        var units: [String] = []
        for word in directives.flatMap({ quotedCode(in: $0[1]) }) {
            switch word {
            case let name where name.hasPrefix("DEBRIEF_"): #expect(help.contains("\(name)  ("), "\(name)")
            case let path where path.hasPrefix("/"): #expect([200, 503].contains(try ask(path).status), "\(path)")
            case let command where command.hasPrefix("debrief "):
                #expect(try run([Run.binary] + command.split(separator: " ").dropFirst().map(String.init) + ["--help"]).status == 0, "\(command)")
            case let directive where directive.hasSuffix("="): units.append(directive)
            case "debrief.pid": #expect(FileManager.default.fileExists(atPath: stage.deployment.pidPath))
            case "4..32": #expect(try run([Run.binary, "check"], environment: ["DEBRIEF_WORKERS": word]).status != 64)
            case "info", "slow request": break
            default: Issue.record("\(word) is of no kind that is looked up")
            }
        }
        try expectKnown(units)
    }

    /// Asks at the operator's port.
    private func ask(_ path: String) throws -> Client.Response {
        try Stage.shared().deployment.operatorClient.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    }

    /// systemd warns of those that it does not know.
    private func expectKnown(_ directives: [String]) throws {
        #expect(directives.count > 8)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") else { return }
        let folder = Run.makeFolder("unit", for: .invoker)
        let isOfSocket = { (name: String) in name.hasPrefix("Socket") }
        let values = [
            "LimitNOFILE=": "4096", "Nice=": "5", "SyslogFacility=": "local0", "AppArmorProfile=": "debrief", "SyslogIdentifier=": "debrief",
        ]
        let service = directives.filter { !isOfSocket($0) }.map { "\($0)\(values[$0] ?? "/")" }
        let socket = directives.filter(isOfSocket).map { "\($0)\($0 == "SocketMode=" ? "0660" : "root")" }
        let text = "[Service]\nExecStart=/bin/true\n\(service.joined(separator: "\n"))\n"
        try text.write(toFile: "\(folder)/fpm.service", atomically: false, encoding: .utf8)
        try "[Socket]\nListenStream=/run/x\n\(socket.joined(separator: "\n"))\n"
            .write(toFile: "\(folder)/fpm.socket", atomically: false, encoding: .utf8)
        for unit in ["fpm.service", "fpm.socket"] {
            let verified = try run(["/usr/bin/systemd-analyze", "--no-pager", "verify", "\(folder)/\(unit)"])
            #expect(!verified.errors.contains("Unknown key"), "\(verified.errors)")
        }
    }

    @Test("name keys of the status, and metrics, that there are")
    func fieldsOfOurs() throws {
        let stage = try Stage.shared()
        // Some are there only once something was asked.
        #expect(try stage.client.get("users", token: stage.token).status == 200)
        let text = try stage.deployment.command("status", "--json").output
        let status = try #require(JSONValue(parsing: Array(text.utf8)), "\(text)")
        let metrics = try ask("/metrics").text
        let states = ["idle", "busy", "starting", "waiting"]
        var count = 0
        for word in fields.flatMap({ quotedCode(in: $0[1]) }) where !["ps", "slow request", "request_id"].contains(word) && !states.contains(word) {
            count += 1
            if word.hasPrefix("debrief_") {
                #expect(metrics.contains("# TYPE \(word) "), "\(word)")
            } else {
                #expect(Self.isThere(word, in: status), "\(word)")
            }
        }
        for state in states { #expect(metrics.contains("state=\"\(state)\""), "\(state)") }
        Run.report("From PHP-FPM: \(directives.count + fields.count + signals.count) lines, \(count) names of the status looked up")
    }

    /// Whether a key is there, by its path: `[]` is the first of a list. Whatever its value, null included.
    private static func isThere(_ path: String, in status: JSONValue) -> Bool {
        var value: JSONValue? = status
        for name in path.split(separator: ".") {
            value = name.hasSuffix("[]") ? value?[String(name.dropLast(2))]?[0] : value?[String(name)]
        }
        return value != nil
    }

    @Test("name a test for each signal")
    func signalsOfOurs() throws {
        let sources = try #require(FileManager.default.enumerator(atPath: "\(Run.repository)/Tests/PoolTests"))
        let tests = try sources.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOfFile: "\(Run.repository)/Tests/PoolTests/\($0)", encoding: .utf8) }.joined()
        for row in signals {
            let name = row[3].trimmingCharacters(in: ["“", "”"])
            #expect(tests.contains("@Test(\"\(name)\""), "\(row)")
        }
    }
}
