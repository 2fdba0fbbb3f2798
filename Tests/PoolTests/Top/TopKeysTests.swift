import Testing

@testable import Pool

@Suite("top's keys, looks and lines")
struct TopKeysTests {
    @Test(
        "keys are read; sequences that mean nothing here are passed over whole",
        arguments: [
            ("q", [.character("q")]), ("\u{3}", [.interrupt]), ("\u{1C}", [.interrupt]), ("\u{1A}", [.suspend]), ("\t", [.character("\t")]),
            ("\u{1B}[A\u{1B}OB", [.up, .down]), ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]), ("\u{1B}[1;5Aq", [.character("q")]),
            ("\u{1B}[200~", []), ("\u{1B}q", []), ("\u{1B}", []), ("\u{1B}[", []), ("ü", []),
            ("\u{C}rt", [.redraw, .character("r"), .character("t")]),
        ] as [(String, [Key])]
    )
    func keys(_ sent: String, _ keys: [Key]) { #expect(Key.read(Array(sent.utf8)) == keys) }

    @Test("each key does what the help says, and only q and Ctrl-C end it")
    func view() {
        var view = TopView()
        for letter in "stnmr h?j \tkxJ0".unicodeScalars {
            let goesOn = view.heed(.character(letter), workers: 5)
            #expect(goesOn)
        }
        #expect(view.order == .rate && !view.isPaused && view.areWorkersFirst && !view.isHelp && view.firstWorker == 0)
        for (letter, order) in [("s", .slot), ("r", .rate), ("t", .time), ("n", .requests), ("m", .memory)] as [(Unicode.Scalar, TopView.Order)] {
            _ = view.heed(.character(letter), workers: 5)
            #expect(view.order == order)
        }
        for key in [Key.character("q"), .interrupt] {
            let goesOn = view.heed(key, workers: 5)
            #expect(!goesOn)
        }
    }

    @Test("the list of workers moves no further than its ends")
    func scrolling() {
        var view = TopView()
        for (key, first) in [(Key.up, 0), (.down, 1), (.pageDown, 11), (.pageDown, 14), (.down, 14), (.pageUp, 4), (.pageUp, 0)] {
            _ = view.heed(key, workers: 15)
            #expect(view.firstWorker == first)
        }
        _ = view.heed(.down, workers: 0)
        #expect(view.firstWorker == 0)
    }

    @Test(
        "what a terminal can show is by TERM, NO_COLOR and the locale",
        arguments: [
            ([:], false, false, false), (["TERM": "dumb", "LANG": "C.UTF-8"], false, false, true), (["TERM": "xterm"], true, true, false),
            (["TERM": "xterm", "NO_COLOR": "1"], true, false, false), (["TERM": "xterm", "NO_COLOR": ""], true, true, false),
            (["TERM": "vt100"], true, false, false), (["TERM": "xterm-mono"], true, false, false),
            (["TERM": "screen", "LC_ALL": "C", "LANG": "de_DE.UTF-8"], true, true, false),
            (["TERM": "tmux-256color", "LC_ALL": "", "LC_CTYPE": "de_DE.utf8", "LANG": "C"], true, true, true),
        ] as [([String: String], Bool, Bool, Bool)]
    )
    func look(environment: [String: String], isDrawable: Bool, hasColours: Bool, isUTF8: Bool) {
        #expect(TerminalLook { environment[$0] } == TerminalLook(isDrawable: isDrawable, hasColours: hasColours, isUTF8: isUTF8))
    }

    @Test("a bar has as many cells as it was given, whatever it is filled to", arguments: [true, false])
    func bar(isUTF8: Bool) {
        let look = TerminalLook(isDrawable: true, hasColours: false, isUTF8: isUTF8)
        for part in [-1, 0, 0.01, 0.49, 0.5, 0.999, 1, 7] {
            for cells in [2, 3, 10, 42] { #expect(look.bar(part, cells: cells).unicodeScalars.count == cells) }
        }
        #expect(look.bar(0.5, cells: 12) == (isUTF8 ? "[█████     ]" : "[|||||     ]"))
        #expect(look.bar(0.55, cells: 12) == (isUTF8 ? "[█████▌    ]" : "[||||||    ]"))
    }

    @Test("a line is cut at a width, within its pieces, too")
    func cut() {
        var line = StyledLine("abc", .ill)
        line.add("def")
        #expect(line.cut(to: 4).pieces == [.init(text: "abc", style: .ill), .init(text: "d", style: .plain)])
        #expect(line.cut(to: 0).text.isEmpty)
        #expect(line.cut(to: 9) == line)
    }
}
