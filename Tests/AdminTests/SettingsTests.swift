import Pool
import Testing

@testable import Admin

/// Settings as an environment and, where there is one, the text of a file give them.
private func settings(_ environment: [String: String] = [:], file: String? = nil) throws(SettingsError) -> Settings {
    var source = SettingsSource { environment[$0] }
    if let file { try source.add(text: Array(file.utf8), of: "file", names: Set(Settings.all.map(\.name))) }
    return try Settings(from: source)
}

/// Why settings are refused; nil where they are not.
private func refusal(_ environment: [String: String] = [:], file: String? = nil) -> String? {
    do throws(SettingsError) {
        _ = try settings(environment, file: file)
        return nil
    } catch {
        return error.description
    }
}

@Suite("Settings")
struct SettingsTests {
    @Test("without any, the documented defaults hold")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.database == "")
        #expect(settings.adminDatabase.conninfo == "")
        #expect(settings.databasePasswordFile == nil)
        #expect(settings.user == nil && settings.group == nil)
        #expect(settings.listen == .unix(path: "debrief.sock"))
        #expect(settings.backlog == 1024)
        #expect(settings.workers.lowerBound >= 2 && settings.workers.count == 1)
        #expect(settings.statementTimeoutMilliseconds == 10_000)
        #expect(settings.requestTimeoutMilliseconds == 30_000)
        #expect(settings.drainTimeoutMilliseconds == 30_000)
        #expect(settings.logLevel == .info)
    }

    @Test(
        "a length of time is a whole number and a unit; a bare number is seconds",
        arguments: [("500ms", 500), ("1", 1000), ("9s", 9000), ("60m", 3_600_000), ("007s", 7000)]
    )
    func duration(text: String, milliseconds: Int) throws {
        #expect(try settings(["DEBRIEF_DRAIN_TIMEOUT": text]).drainTimeoutMilliseconds == milliseconds)
    }

    @Test(
        "nonsense is refused in one line that names the setting, what came and what is wanted",
        arguments: [
            ("DEBRIEF_WORKERS", ["0", "-1", "+5", "4..", "..4", "5..4", "1..2..3", "4...8", "1e1", " 5", "٣", "99999999999999999999", "1025", ""]),
            ("DEBRIEF_BACKLOG", ["0", "65536", "x"]),
            ("DEBRIEF_LISTEN", ["", "0.0.0.0:9000", "127.0.0.1:0", String(repeating: "x", count: 108)]),
            ("DEBRIEF_STATEMENT_TIMEOUT", ["0", "0ms", "-1s", "1.5s", "1h", "10 s", "s", "", "61m", "9223372036854775807m"]),
            ("DEBRIEF_REQUEST_TIMEOUT", ["ten"]),
            ("DEBRIEF_DRAIN_TIMEOUT", ["2h"]),
            ("DEBRIEF_LOG_LEVEL", ["verbose", "INFO", ""]),
            ("DEBRIEF_USER", ["", "-", "-x", "a b", "é", String(repeating: "x", count: 65)]),
            ("DEBRIEF_GROUP", ["", "a:b"]),
        ]
    )
    func nonsense(name: String, values: [String]) throws {
        for value in values {
            let message = try #require(refusal([name: value]), "\(name)=\(value)")
            #expect(message.hasPrefix("\(name) is \"\(value.prefix(60))"))
            #expect(message.contains("; wanted is "))
            #expect(!message.contains { $0.isNewline })
        }
    }

    @Test(
        "a value that may be a secret, and was meant for another setting, is not repeated",
        arguments: [
            ("DEBRIEF_DATABASE_PASSWORD_FILE", "S3cret"), ("DEBRIEF_DATABASE_PASSWORD_FILE", ""), ("DEBRIEF_LISTEN", "postgresql://u:S3cret@h/d"),
            ("DEBRIEF_WORKERS", "host=h Password=S3cret"), ("DEBRIEF_SLOW", "debrief_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0ywJb8"),
        ]
    )
    func secret(name: String, value: String) throws {
        let message = try #require(refusal([name: value]), "\(name)")
        #expect(message.hasPrefix("\(name) is a text that is not repeated here") && message.contains("; wanted is "), "\(message)")
        #expect(!message.contains("S3cret") && !message.contains("debrief_0"))
    }

    @Test("each limit is below the one around it")
    func limits() {
        #expect(refusal(["DEBRIEF_STATEMENT_TIMEOUT": "29999ms", "DEBRIEF_REQUEST_TIMEOUT": "34999ms"]) == nil)
        #expect(
            refusal(["DEBRIEF_STATEMENT_TIMEOUT": "30s"])
                == "DEBRIEF_STATEMENT_TIMEOUT is 30s in the environment; wanted is less than DEBRIEF_REQUEST_TIMEOUT, which is 30s by default"
        )
        #expect(
            refusal(["DEBRIEF_REQUEST_TIMEOUT": "35"])
                == "DEBRIEF_REQUEST_TIMEOUT is 35s in the environment; wanted is less than nginx's fastcgi_read_timeout, "
                + "which is 35s in nginx/debrief-fastcgi.conf"
        )
    }

    @Test("a value is shown without its control characters, and not in all its length")
    func visible() throws {
        let message = try #require(refusal(["DEBRIEF_WORKERS": "\u{1B}[2J\n" + String(repeating: "9", count: 1000)]))
        #expect(message.hasPrefix("DEBRIEF_WORKERS is \"\u{FFFD}[2J\u{FFFD}999"))
        #expect(message.count < 250)
    }

    @Test("the environment wins over the file")
    func environmentWins() throws {
        let settings = try settings(["DEBRIEF_WORKERS": "5"], file: "DEBRIEF_WORKERS=3\nDEBRIEF_BACKLOG=7")
        #expect(settings.workers == 5...5)
        #expect(settings.backlog == 7)
    }

    @Test("a file has comments, blank lines, white space, either quotes and either line ends; nothing within a value is special")
    func file() throws {
        let settings = try settings(
            file: "# settings\r\n\r\n  DEBRIEF_WORKERS =\t3  \r\n  # more\nDEBRIEF_LISTEN='a b.sock'\nDEBRIEF_DATABASE=\"host=/x password=a#b\\'c$d\""
        )
        #expect(settings.workers == 3...3)
        #expect(settings.listen == .unix(path: "a b.sock"))
        #expect(settings.database == "host=/x password=a#b\\'c$d")
    }

    @Test(
        "what a file cannot say is refused with the file and the line",
        arguments: [
            ("\nDEBRIEF_WORKERS", "file:2: a line has to be KEY=value, or a comment that begins with #"),
            ("export DEBRIEF_WORKERS=3", "file:1: a line has to be KEY=value, or a comment that begins with #"),
            ("DEBRIEF_WORKER=3", "file:1: \"DEBRIEF_WORKER\" is not a setting; did you mean DEBRIEF_WORKERS?"),
            ("PGHOST=/tmp", "file:1: \"PGHOST\" is not a setting; debrief --help lists them"),
            ("DEBRIEF_WORKERS=\"3", "file:1: the quotes around the value of DEBRIEF_WORKERS do not match"),
            ("DEBRIEF_WORKERS='", "file:1: the quotes around the value of DEBRIEF_WORKERS do not match"),
            ("DEBRIEF_WORKERS=3\nDEBRIEF_WORKERS=3", "file:2: DEBRIEF_WORKERS is set a second time, after line 1; leave one of the two"),
            ("#\nDEBRIEF_BACKLOG=x", "file:2: DEBRIEF_BACKLOG is \"x\"; wanted is a whole number from 1 to 65535"),
        ]
    )
    func malformedFile(text: String, message: String) {
        #expect(refusal(file: text) == message)
    }

    @Test(
        "a connection string is repeated by no refusal",
        arguments: ["postgres://u:secret@h/d?a=b", "host=h password=secret", "DEBRIEF_DATABASE \"=secret"]
    )
    func secret(line: String) throws {
        let message = try #require(refusal(file: line))
        #expect(!message.contains("secret"))
    }

    @Test("an account is a name or a number")
    func account() throws {
        let settings = try settings(["DEBRIEF_USER": "debrief", "DEBRIEF_GROUP": "1000"])
        #expect(settings.user == "debrief" && settings.group == "1000")
    }

    @Test(
        "a value that is not to be known is overwritten whatever its line is like, and nothing else",
        arguments: [
            ("A=1\nSECRET=x y\nB=2", "A=1\nSECRET=   \nB=2"), ("SECRET='a=b'\r\nB=2", "SECRET=     \r\nB=2"), (" SECRET = s\n", " SECRET =  \n"),
            ("# SECRET=s", "# SECRET= "), ("SECRET", "SECRET"), ("A=SECRET", "A=SECRET"), ("", ""), ("SECRET=", "SECRET="),
            ("export SECRET=s\nSECRET=t", "export SECRET= \nSECRET= "),
        ]
    )
    func hidden(text: String, left: String) {
        var bytes = Array(text.utf8)
        hide("SECRET", in: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == left)
    }

    @Test("a file that is not UTF-8, or is not there, is refused")
    func unreadable() {
        #expect(throws: SettingsError.self) {
            var source = SettingsSource { _ in nil }
            try source.add(text: [0xFF], of: "file", names: [])
        }
        #expect(throws: SettingsError.self) { try Settings(file: "/nonexistent/settings") }
    }

    @Test("the help of each fits into a line of a terminal's 80 columns, behind its indent")
    func help() {
        for setting in Settings.all { #expect(setting.help.count <= 76, "\(setting.name)") }
    }

    @Test("a token's lifetime has a unit, is more than nothing and at most a hundred years")
    func lifetime() {
        #expect(DurationText.lifetimeSeconds(parsing: "90d") == 7_776_000)
        #expect(DurationText.lifetimeSeconds(parsing: "1s") == 1)
        #expect(DurationText.lifetimeSeconds(parsing: "36500d") == 3_153_600_000)
        for text in ["90", "0d", "36501d", "1y", "-1d", "1.5d", "", "d", "500ms"] {
            #expect(DurationText.lifetimeSeconds(parsing: text) == nil, "\(text)")
        }
    }
}
