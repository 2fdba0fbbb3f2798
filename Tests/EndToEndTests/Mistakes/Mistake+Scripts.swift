import Foundation
import Support

extension Mistake {
    /// A port that somebody listens at.
    private static let taken = Result {
        _ = try GuardedCluster.shared.get()
        return try GuardedCluster.port.get()
    }

    /// What `up` says of its environment.
    private static func up(_ environment: [String: String]) throws -> Answer { try ScriptBench().run("up", environment: environment) }

    /// Scripts that end before anything is installed, built or changed.
    static let scripts: [Mistake] =
        [
            Mistake("a port that is taken", status: 1, tried: "port ", came: "is taken by another program", next: "set DEBRIEF_PORT to a free port") {
                try up(["DEBRIEF_PORT": "\(taken.get())"])
            },
            Mistake(
                "an operator's port that is taken",
                status: 1,
                tried: "port ",
                came: "is taken by another",
                next: "set DEBRIEF_ADMIN_PORT to a free port"
            ) {
                try up(["DEBRIEF_ADMIN_PORT": "\(taken.get())"])
            },
            Mistake(
                "one port for both",
                status: 1,
                tried: "DEBRIEF_PORT and DEBRIEF_ADMIN_PORT",
                came: "must not both be",
                next: "set one of them to another"
            ) {
                let port = try freePorts(1)[0]
                return try up(["DEBRIEF_PORT": "\(port)", "DEBRIEF_ADMIN_PORT": "\(port)"])
            },
            Mistake("a port that is no number", status: 1, tried: "DEBRIEF_PORT", came: "not http", next: "must be a number from 1024 to 65535") {
                try up(["DEBRIEF_PORT": "http"])
            },
            Mistake(
                "a rate that is no number",
                status: 1,
                tried: "DEBRIEF_RATE",
                came: "not many",
                next: "must be a whole number of requests a second"
            ) {
                try up(["DEBRIEF_RATE": "many"])
            },
            Mistake("a misspelt option of scripts/up", status: 64, tried: "up: ", came: "unknown argument --tsl", next: "did you mean --tls?") {
                try ScriptBench().run("up", "--tsl")
            },
            Mistake(
                "a misspelt setting of scripts/up",
                status: 1,
                tried: "DEBRIEF_WORKRES",
                came: "is no setting",
                next: "did you mean DEBRIEF_WORKERS?"
            ) {
                try up(["DEBRIEF_WORKRES": "2", "DEBRIEF_PORT": "\(taken.get())"])
            },
            Mistake(
                "no number of workers",
                status: 64,
                tried: "scale: ",
                came: "one argument is wanted",
                next: "Usage: scripts/scale N | A..B | default"
            ) {
                try ScriptBench().run("scale")
            },
            Mistake(
                "a scenario that bench does not know",
                status: 64,
                tried: "--scenarios",
                came: "does not know pages",
                next: "only page deep session"
            ) {
                try ScriptBench().run("bench", "--scenarios", "pages")
            },
            Mistake("a test's minutes that are none", status: 64, tried: "--fuzz", came: "needs a number of minutes", next: "Usage: scripts/test") {
                try ScriptBench().run("test", "--fuzz", "soon")
            },
            Mistake("no Swift", status: 1, tried: "on the PATH", came: "there is no swift", next: "install Swift 6.3 first (swift.org/install)") {
                try ScriptBench(lacking: ["swift"]).run("up")
            },
            Mistake(
                "no Debian",
                status: 1,
                tried: "this needs Debian 12",
                came: "there is no apt-get",
                next: "use a machine, or a container, of Debian 12"
            ) {
                try ScriptBench(lacking: ["apt-get"]).run("up")
            },
            Mistake(
                "a state folder that holds something else",
                status: 1,
                tried: "/notes",
                came: "was not made by scripts/up",
                next: "set DEBRIEF_STATE to another"
            ) {
                let folder = "\(Run.makeFolder("state", for: .invoker))/notes"
                try FileManager.default.createDirectory(atPath: "\(folder)/mine", withIntermediateDirectories: true)
                return try ScriptBench().run("up", state: folder)
            },
            Mistake(
                "a state folder of another clone",
                status: 1,
                tried: "reload:",
                came: "belongs to the clone in /tmp",
                next: "remove it here, or set DEBRIEF_STATE"
            ) {
                let bench = try ScriptBench()
                let state = try bench.makeState()
                let mark = "\(state)/.debrief-state"
                let text = try String(contentsOfFile: mark, encoding: .utf8).replacing(bench.clone, with: "/tmp")
                try text.write(toFile: mark, atomically: false, encoding: .utf8)
                return try bench.run("reload", state: state)
            },
            Mistake(
                "a command before the first up",
                status: 1,
                tried: "/none",
                came: "nothing is in",
                next: "run scripts/up first, with the same DEBRIEF_STATE"
            ) {
                try ScriptBench().run("reload")
            },
            Mistake("a state folder that is a file", status: 1, tried: "/notes", came: "is no folder", next: "set DEBRIEF_STATE to another path") {
                let file = "\(Run.makeFolder("state", for: .invoker))/notes"
                try "mine\n".write(toFile: file, atomically: false, encoding: .utf8)
                let answer = try ScriptBench().run("up", state: file)
                guard try String(contentsOfFile: file, encoding: .utf8) == "mine\n" else { return Answer(status: nil, text: "the file is gone") }
                return answer
            },
            Mistake("top before the first up", status: 3, tried: "top: ", came: "not running", next: "scripts/up starts it") {
                try ScriptBench().run("top", "-n", "1")
            },
            Mistake("psql before the first up", status: 1, tried: "psql: ", came: "nothing is in", next: "run scripts/up first") {
                try ScriptBench().run("psql", "-c", "select 1")
            },
            Mistake("psql where PostgreSQL is stopped", status: 1, tried: "PostgreSQL", came: "is not running here", next: "scripts/up starts it") {
                let bench = try ScriptBench()
                return try bench.run("psql", "-c", "select 1", state: bench.makeState())
            },
            Mistake("scale where nothing runs", status: 1, tried: "scale: ", came: "no workers are running here", next: "scripts/up starts them") {
                let bench = try ScriptBench()
                return try bench.run("scale", "2", state: bench.makeState())
            },
            Mistake("stop where nothing runs", status: 1, tried: "stop: ", came: "no workers are running here", next: "scripts/up starts them") {
                let bench = try ScriptBench()
                return try bench.run("stop", state: bench.makeState())
            },
            Mistake("upgrade where nothing runs", status: 1, tried: "upgrade: ", came: "no workers are running here", next: "scripts/up starts them")
            {
                let bench = try ScriptBench()
                return try bench.run("upgrade", state: bench.makeState())
            },
            Mistake("down --purge while bench works", status: 1, tried: "scripts/bench", came: "is at work in", next: "wait for its end, or end it") {
                let bench = try ScriptBench()
                let state = try bench.makeState()
                try Run.makeFolder(at: "\(state)/bench", for: .invoker)
                let holder = try ChildProcess(
                    ["/usr/bin/flock", "\(state)/bench/bench.lock", "/bin/sh", "-c", "echo held; exec sleep 600"],
                    output: "\(state)/holder"
                )
                try eventually { holder.output == "held\n" }
                return try withExtendedLifetime(holder) { try bench.run("down", "--purge", state: state) }
            },
            Mistake("up while another is at work", status: 143, tried: "Waiting for ", came: "scripts/up (pid 4711)", next: "which is at work here") {
                let bench = try ScriptBench()
                let state = "\(Run.makeFolder("state", for: .invoker))/state"
                try "scripts/up (pid 4711)\n".write(toFile: "\(state).lock", atomically: false, encoding: .utf8)
                let holder = try ChildProcess(
                    ["/usr/bin/flock", "\(state).lock", "/bin/sh", "-c", "echo held; exec sleep 600"],
                    output: "\(state).out"
                )
                try eventually { holder.output == "held\n" }
                let up = try bench.begin("up", state: state)
                try eventually(within: 30) { up.output.contains("\n") || up.hasEnded }
                // It waits for as long as it takes; the test does not. What it waits by is a process of its own.
                let waiting = children(of: up.pid)
                up.send(SIGTERM)
                defer { for process in waiting { kill(process, SIGTERM) } }
                return withExtendedLifetime(holder) { Answer(status: up.wait(), text: up.output) }
            },
        ] + accounts

    /// Those of who runs the scripts; another account can be had by root alone.
    private static let accounts: [Mistake] =
        !Run.isRoot
        ? []
        : [
            Mistake(
                "neither root nor sudo",
                status: 1,
                tried: "apt-get install --no-install-recommends",
                came: "neither root nor sudo",
                next: "let root run"
            ) {
                try ScriptBench(lacking: ["sudo"], scripts: ["dpkg-query": "exit 1"]).copied(for: .debrief).run("up")
            },
            Mistake("a clone of another account", status: 1, tried: "this clone is ", came: "cannot write to it", next: "make a clone of your own") {
                var bench = try ScriptBench()
                // That of root, which the account can read.
                bench = try bench.copied(for: .invoker)
                bench.account = .debrief
                return try bench.run("up")
            },
            Mistake("sudo where it is not needed", status: 1, tried: "up:", came: "this clone is debrief's", next: "run this without sudo") {
                var bench = try ScriptBench().copied(for: .debrief)
                bench.account = .invoker
                return try bench.run("up", environment: ["SUDO_USER": "debrief"])
            },
            Mistake(
                "a state folder of another account",
                status: 1,
                tried: "is debrief's, not root's",
                came: "/state",
                next: "run this as debrief, or set DEBRIEF_STATE"
            ) {
                let bench = try ScriptBench()
                let state = try bench.makeState()
                if let ids = Account.debrief.ids { chown("\(state)/.debrief-state", ids.user, ids.group) }
                return try bench.run("reload", state: state)
            },
            Mistake(
                "a state folder with a blank in its path",
                status: 1,
                tried: "set DEBRIEF_STATE to a path",
                came: "/my state",
                next: "of at most 85 letters, digits"
            ) {
                let bench = try ScriptBench(scripts: ["dpkg-query": ScriptBench.allInstalled]).copied(for: .debrief)
                return try bench.run("up", state: "\(Run.makeFolder("state", for: .debrief))/my state")
            },
        ]
}
