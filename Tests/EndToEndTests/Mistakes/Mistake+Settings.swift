import Foundation
import Support

extension Mistake {
    /// `check` with a settings file.
    private static func check(_ text: String, mode: mode_t = 0o640, as account: Account = .invoker) throws -> Answer {
        let path = "\(Run.makeFolder("mistake", for: .invoker))/debrief.conf"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, mode)
        return try debrief("check", "--config", path, as: account)
    }

    /// Settings that make no sense, and files of them that cannot be read.
    static let settings: [Mistake] =
        [
            Mistake(
                "a misspelt setting",
                status: 64,
                tried: "debrief.conf:2: ",
                came: "\"DEBRIEF_WORKRES\" is not a setting",
                next: "did you mean DEBRIEF_WORKERS?"
            ) {
                try check("# How many.\nDEBRIEF_WORKRES=8\n")
            },
            Mistake(
                "one of libpq's variables among the settings",
                status: 64,
                tried: ":1: \"PGHOST\"",
                came: "is not a setting",
                next: "debrief --help lists them"
            ) {
                try check("PGHOST=db.example.com\n")
            },
            Mistake(
                "a setting out of range",
                status: 64,
                tried: "debrief.conf:1: DEBRIEF_WORKERS",
                came: "is \"0\"",
                next: "wanted is a whole number from 1"
            ) {
                try check("DEBRIEF_WORKERS=0\n")
            },
            Mistake(
                "a setting of the environment that is no number",
                status: 64,
                tried: "DEBRIEF_BACKLOG",
                came: "is \"many\" in the environment",
                next: "wanted is"
            ) {
                try debrief("check", environment: ["DEBRIEF_BACKLOG": "many"])
            },
            Mistake(
                "limits in the wrong order",
                status: 64,
                tried: "DEBRIEF_STATEMENT_TIMEOUT",
                came: "is 10s by default; wanted is less than",
                next: "DEBRIEF_REQUEST_TIMEOUT, which is 5s in "
            ) {
                try check("DEBRIEF_REQUEST_TIMEOUT=5s\n")
            },
            Mistake(
                "a setting that is there twice",
                status: 64,
                tried: ":3: DEBRIEF_SLOW",
                came: "is set a second time",
                next: "after line 1; leave one"
            ) {
                try check("DEBRIEF_SLOW=1s\n\nDEBRIEF_SLOW=2s\n")
            },
            Mistake("a line that is no setting", status: 64, tried: "debrief.conf:1: ", came: "a line", next: "has to be KEY=value, or a comment") {
                try check("export DEBRIEF_WORKERS=8\n")
            },
            Mistake(
                "a socket's path that is too long",
                status: 64,
                tried: "DEBRIEF_LISTEN",
                came: "in the environment",
                next: "a path of at most 107 bytes"
            ) {
                try debrief("check", environment: ["DEBRIEF_LISTEN": "/run/" + String(repeating: "d", count: 120)])
            },
            Mistake("a FastCGI port for the whole world", status: 64, tried: "DEBRIEF_LISTEN", came: "\"0.0.0.0:9000\"", next: "a loopback address") {
                try debrief("check", environment: ["DEBRIEF_LISTEN": "0.0.0.0:9000"])
            },
            Mistake(
                "a settings file that is not there",
                status: 64,
                tried: "cannot read the settings in /nonexistent/debrief.conf",
                came: "No such file or directory",
                next: "write it there, or name another with --config"
            ) {
                try debrief("serve", "--config", "/nonexistent/debrief.conf", as: .debrief)
            },
            Mistake(
                "a folder instead of a settings file",
                status: 64,
                tried: "settings in /tmp",
                came: "Is a directory",
                next: "name a file of KEY=value lines"
            ) {
                try debrief("check", "--config", "/tmp")
            },
        ]
        + (Run.isRoot
            ? [
                Mistake(
                    "a settings file that the account may not read",
                    status: 64,
                    tried: "cannot read the settings in",
                    came: "Permission denied",
                    next: "run this as root, or as an account of the file's group"
                ) {
                    try check("DEBRIEF_WORKERS=8\n", mode: 0o600, as: .debrief)
                }
            ] : [])
}
