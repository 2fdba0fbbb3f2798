import Foundation
import Support

extension Mistake {
    /// `serve`, which does not begin.
    private static func serve(listen: String, more: [String: String] = [:], as account: Account = .debrief) throws -> Answer {
        let settings = ["DEBRIEF_LISTEN": listen, "DEBRIEF_DATABASE": "host=/nonexistent", "DEBRIEF_WORKERS": "1"]
        return try debrief("serve", environment: settings.merging(more) { $1 }, as: account)
    }

    private static func folder() -> String { Run.makeFolder("mistake", for: .debrief) }

    private static let stage = Result { try Deployment(Cluster.shared.get().makeDatabase(demo: false)) }

    /// A pool that cannot begin, is not there, or cannot do what it is told.
    static let pools: [Mistake] =
        [
            Mistake(
                "a socket in a folder that is not there",
                status: 1,
                tried: "cannot listen at /nonexistent/x.sock",
                came: "No such file",
                next: "make the folder"
            ) {
                try serve(listen: "/nonexistent/x.sock")
            },
            Mistake(
                "a socket of a pool that runs",
                status: 1,
                tried: "cannot listen at",
                came: "Address already in use",
                next: "end it (debrief stop), or set"
            ) {
                try serve(listen: stage.get().fastCGISocket)
            },
            Mistake(
                "a file in the place of the socket",
                status: 1,
                tried: "cannot listen at",
                came: "Socket operation on non-socket",
                next: "what is there is no socket: remove it"
            ) {
                let path = "\(folder())/debrief.sock"
                try "notes".write(toFile: path, atomically: false, encoding: .utf8)
                // Else it would be somebody's who lets nobody connect.
                chmod(path, 0o666)
                return try serve(listen: path)
            },
            Mistake(
                "a control socket in a folder that is not there",
                status: 1,
                tried: "cannot take commands at /nonexistent/c",
                came: "No such",
                next: "make the folder"
            ) {
                // What is logged before is that there is no database.
                let answer = try serve(
                    listen: "\(folder())/debrief.sock",
                    more: ["DEBRIEF_CONTROL": "/nonexistent/c", "DEBRIEF_LOG_LEVEL": "critical"]
                )
                return answer
            },
            Mistake("a reload where nothing runs", status: 1, tried: "nobody listens at", came: "not running", next: "debrief serve starts it") {
                try debrief("reload", environment: ["DEBRIEF_CONTROL": "\(folder())/control.sock"])
            },
            Mistake("the status where nothing runs", status: 3, tried: "nobody listens at", came: "not running", next: "debrief serve starts it") {
                let status = try run([Run.binary, "status"], environment: ["DEBRIEF_CONTROL": "\(folder())/control.sock"])
                return Answer(status: status.status, text: status.output)
            },
            Mistake(
                "an upgrade to a binary that is broken",
                status: 1,
                tried: "cannot upgrade: the new binary, ",
                came: "exit 1",
                next: "put a good one there"
            ) {
                let deployment = try Deployment(Cluster.shared.get().makeDatabase(demo: false))
                try deployment.install("/bin/false")
                return try Answer(deployment.command("upgrade"))
            },
            Mistake(
                "a reload with a misspelt setting",
                status: 1,
                tried: "cannot reload",
                came: "\"DEBRIEF_SLOWW\" is not",
                next: "did you mean DEBRIEF_SLOW?"
            ) {
                let deployment = try Deployment(Cluster.shared.get().makeDatabase(demo: false))
                let settings = try String(contentsOfFile: "\(deployment.folder)/settings", encoding: .utf8)
                try deployment.change(settingsFile: settings + "DEBRIEF_SLOWW=1s\n")
                return try Answer(deployment.command("reload"))
            },
            Mistake(
                "documents for a folder that is not there",
                status: 1,
                tried: "cannot write /nonexistent/docs/index.html",
                came: "No such",
                next: "make the folder"
            ) {
                try debrief("docs", "/nonexistent/docs")
            },
        ]
        + (Run.isRoot
            ? [
                Mistake(
                    "serving as root",
                    status: 64,
                    tried: "debrief: started",
                    came: "as root",
                    next: "set DEBRIEF_USER to the account without rights"
                ) {
                    try serve(listen: "\(folder())/debrief.sock", as: .invoker)
                },
                Mistake("an account that is not there", status: 64, tried: "DEBRIEF_USER is debreif", came: "no such account", next: "adduser") {
                    try serve(listen: "\(folder())/debrief.sock", more: ["DEBRIEF_USER": "debreif"], as: .invoker)
                },
                Mistake(
                    "a command as another account",
                    status: 1,
                    tried: "cannot reach the master at",
                    came: "Permission denied",
                    next: "run this as root"
                ) {
                    try debrief("stop", environment: ["DEBRIEF_CONTROL": stage.get().controlSocket], as: .postgres)
                },
            ] : [])
}
