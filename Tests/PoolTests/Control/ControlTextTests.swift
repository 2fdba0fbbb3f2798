import Testing

@testable import Pool

@Suite("What commands and master say to each other")
struct ControlTextTests {
    private static let pairs: [(line: String, command: ControlCommand)] = [
        ("status", .status(json: false)), ("status json", .status(json: true)), ("scale 8", .scale(8...8)), ("scale 4..32", .scale(4...32)),
        ("scale default", .scale(nil)), ("reload", .reload), ("upgrade", .upgrade), ("stop", .stop),
    ]

    @Test("each command is a line, read as it is written", arguments: pairs)
    func commands(_ line: String, _ command: ControlCommand) {
        #expect(ControlCommand(parsing: line) == command)
        #expect(command.line == line)
    }

    @Test(
        "what is nearly a command is none",
        arguments: [
            "", " ", "Status", "status ", " status", "status JSON", "status json json", "scale", "scale ", "scale 0", "scale -1", "scale +1",
            "scale 1025", "scale 4..", "scale ..4", "scale 4..2", "scale 4...8", "scale 4..8..9", "scale 1..1025", "scale  8", "scale 8 ",
            "scale Default", "reload now", "stop\r", "stop\0", "restart",
        ]
    )
    func noCommands(_ line: String) { #expect(ControlCommand(parsing: line) == nil) }

    @Test("a range of one number is that number", arguments: ["1", "1024", "1..2", "4..32", "1..1024"])
    func ranges(_ text: String) throws { #expect(WorkerRange.text(try #require(WorkerRange.parse(text))) == text) }

    @Test("an answer is read as it was sent", arguments: [(0, ""), (0, "done\n"), (1, "a\nb\n"), (64, "Größe\n"), (255, "\n")])
    func answers(_ status: Int, _ text: String) {
        let answer = ControlAnswer(status: status, text: text)
        #expect(ControlAnswer(parsing: answer.bytes) == answer)
        #expect(answer.text == text)
    }

    @Test("whoever sends an answer gives a terminal no orders by it")
    func orders() {
        #expect(
            ControlAnswer(parsing: Array("1\n\u{1B}[31mred\u{1B}]0;x\u{7}\u{9B}\tb\n".utf8))?.text
                == "\u{FFFD}[31mred\u{FFFD}]0;x\u{FFFD}\u{FFFD}\tb\n"
        )
    }

    @Test("an answer's last line has an end")
    func lastLine() { #expect(ControlAnswer(status: 0, text: "done").text == "done\n") }

    @Test("a piece of an answer is none", arguments: ["", "0", "1", "0\nreloaded", "\n", "\nreloaded\n", "-1\n", "256\n", "x\n", "0 \n"])
    func pieces(_ text: String) { #expect(ControlAnswer(parsing: Array(text.utf8)) == nil) }

    @Test("success is told in one line, with the right singular and plural")
    func words() {
        let lines = [
            ControlAnswer.reloaded(ready: 8, of: 8, milliseconds: 140, finished: 3),
            ControlAnswer.reloaded(ready: 1, of: 1, milliseconds: 9, finished: 1),
            ControlAnswer.scaled(workers: 8, range: 8...8, milliseconds: 70, finished: 0),
            ControlAnswer.scaled(workers: 1, range: 1...4, milliseconds: 70, finished: 1),
            ControlAnswer.upgraded(ready: 2, of: 2, milliseconds: 300, pid: 4711, finished: 1),
            ControlAnswer.stopped(workers: 1, milliseconds: 20, finished: 0),
        ]
        #expect(
            lines == [
                "reloaded: 8 of 8 new workers ready in 140 ms, 3 requests finished on the old",
                "reloaded: 1 of 1 new worker ready in 9 ms, 1 request finished on the old",
                "scaled: 8 workers in 70 ms",
                "scaled: 1 worker within 1..4 in 70 ms, 1 request finished on those that left",
                "upgraded: 2 of 2 new workers ready in 300 ms under the new master 4711, 1 request finished on the old",
                "stopped: 1 worker ended in 20 ms, 0 requests finished first",
            ]
        )
    }
}
