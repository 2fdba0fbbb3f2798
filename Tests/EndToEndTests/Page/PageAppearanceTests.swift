import API
import Foundation
import Support
import Testing

/// What the reference is to people with small screens, by night, without a mouse, and with a screen reader.
@Suite("The page on any screen and by any means", .enabled(if: Browser.isThere))
struct PageAppearanceTests {
    private let stage: PageStage

    init() throws { stage = try PageStage.shared() }

    /// The page with all that it can show: forms that are open, an answer and an error.
    private func openAll(width: Int = 1_280, isDark: Bool = false) throws -> Tab {
        let tab = try Tab(width: width, isDark: isDark)
        try tab.openPage(at: "#invalid_parameter")
        try tab.value("for (const details of document.querySelectorAll('details')) details.open = true")
        #expect(try tab.send("list_users").hasPrefix("401 "))
        try tab.giveToken(stage.token)
        #expect(try tab.send("list_sessions", ["limit": "2"]).hasPrefix("200 "))
        return tab
    }

    @Test("never scrolls sideways, nor does any text leave its place", arguments: [320, 360, 390, 768, 1_024, 1_280, 1_920])
    func widths(width: Int) throws {
        let tab = try openAll(width: width)
        #expect(try tab.number("document.documentElement.scrollWidth") <= Double(width))
        #expect(try tab.number("document.documentElement.clientWidth") <= Double(width))
        let outside = try tab.texts(
            """
            [...document.querySelectorAll('body *:not(pre *, .unseen, .unseen *, .skip, thead, thead *, script, style)')]
                .filter((e) => e.checkVisibility() && (e.getBoundingClientRect().right > innerWidth || e.getBoundingClientRect().left < 0))
                .map((e) => e.outerHTML.slice(0, 80))
            """
        )
        #expect(outside == [])
        if let folder = ProcessInfo.processInfo.environment["DEBRIEF_TEST_PICTURES"], [390, 1_280].contains(width) {
            for isDark in [false, true] {
                try tab.look(width: width, height: width < 600 ? 844 : 900, isDark: isDark)
                try take(tab, "\(folder)/\(width)-\(isDark ? "dark" : "light")")
            }
        }
    }

    /// A picture of each screenful of the page's beginning, and of its parts.
    private func take(_ tab: Tab, _ path: String) throws {
        for place in ["main", "list_sessions", "list_users", "invalid_parameter", "paging"] {
            try tab.value("location.hash = ''; document.getElementById('\(place)').scrollIntoView()")
            if place == "main" { try tab.value("scrollTo(0, 0)") }
            try tab.picture().write(to: URL(filePath: "\(path)-\(place).png"))
        }
    }

    @Test("has contrast enough for all text, placeholders and the edges of fields, by day and by night", arguments: [false, true])
    func contrast(isDark: Bool) throws {
        let tab = try openAll(isDark: isDark)
        let poor = try tab.texts(
            """
            (() => {
                const channels = (color) => color.match(/[\\d.]+/g).map(Number);
                const light = (color) => {
                    const [r, g, b] = channels(color).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
                const ground = (e) => {
                    for (; e; e = e.parentElement) {
                        const color = getComputedStyle(e).backgroundColor;
                        if ((channels(color)[3] ?? 1) === 1) return color;
                    }
                    return 'rgb(0, 0, 0)';
                };
                const poor = [];
                let count = 0;
                const look = (e, color, behind, least) => {
                    count += 1;
                    const found = ratio(color, behind);
                    if (!(found >= least)) poor.push(`${found.toFixed(2)} ${color} on ${behind}: ${e.outerHTML.slice(0, 80)}`);
                };
                const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (texts.nextNode()) {
                    const e = texts.currentNode.parentElement;
                    if (!texts.currentNode.data.trim() || !e.checkVisibility() || e.matches('script, style')) continue;
                    look(e, getComputedStyle(e).color, ground(e), 4.5);
                }
                for (const field of document.querySelectorAll('input')) {
                    look(field, getComputedStyle(field, '::placeholder').color, ground(field), 4.5);
                    look(field, getComputedStyle(field).borderTopColor, ground(field.parentElement), 3);
                }
                return count > 500 ? poor : ['too few looked at: ' + count];
            })()
            """
        )
        #expect(poor == [])
        // It is another page by night.
        #expect(try tab.text("getComputedStyle(document.body).backgroundColor") == (isDark ? "rgb(14, 18, 23)" : "rgb(255, 255, 255)"))
    }

    @Test("names each control, has its landmarks once, and headings in order, for a screen reader")
    func accessibilityTree() throws {
        let tab = try openAll()
        let nodes = try tab.accessibilityTree()
        func named(_ role: String) -> [String] {
            nodes.filter { $0["role"]?["value"]?.string == role }.map { $0["name"]?["value"]?.string ?? "" }
        }
        for role in ["banner", "navigation", "main", "contentinfo"] { #expect(named(role).count == 1, "\(role)") }
        #expect(named("navigation") == ["Contents"])
        var controls = 0
        for node in nodes {
            let isFocusable =
                node["properties"]?.array?.contains { $0["name"]?.string == "focusable" && $0["value"]?["value"] == .bool(true) } ?? false
            let role = node["role"]?["value"]?.string ?? ""
            guard isFocusable, !["RootWebArea", "main"].contains(role) else { continue }
            controls += 1
            #expect(node["name"]?["value"]?.string?.isEmpty == false, "\(node)")
        }
        #expect(controls > 60)
        // What is done by a button can be told from its name alone.
        let buttons = named("button").filter { $0 != "Next page" }
        #expect(Set(buttons).count == buttons.count, "\(buttons)")
        // A field goes by its label, not by the example in it.
        let parameters = Endpoint.all.flatMap { ($0.path.hasSuffix(":id") ? ["id uuid"] : []) + $0.parameters.map { "\($0.name) \($0.type)" } }
        #expect(named("textbox").sorted() == (parameters + ["Token to try calls with"]).sorted())
        for endpoint in Endpoint.all {
            #expect(buttons.contains("Send GET \(endpoint.path)") && named("article").contains("GET \(endpoint.path)"))
        }
        let levels = nodes.filter { $0["role"]?["value"]?.string == "heading" }.compactMap { node in
            node["properties"]?.array?.first { $0["name"]?.string == "level" }?["value"]?["value"]?.number
        }
        #expect(levels.first == 1 && levels.filter { $0 == 1 }.count == 1)
        for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
        // The table is one although a phone gets blocks.
        try tab.look(width: 390, isDark: false)
        let rows = try tab.accessibilityTree().filter { $0["role"]?["value"]?.string == "rowheader" }
        #expect(rows.count == ErrorReference.all.count)
    }

    @Test("can be used by the keyboard alone, which always sees where it is")
    func keyboard() throws {
        let tab = try Tab()
        try tab.openPage()
        let focused = "document.activeElement"
        func walk(to selector: String) throws {
            for _ in 0..<300 {
                try tab.press("Tab")
                #expect(try tab.isTrue("parseFloat(getComputedStyle(\(focused)).outlineWidth) >= 2"), "\(selector)")
                #expect(try tab.isTrue("(({ width, height }) => width > 1 && height > 1)(\(focused).getBoundingClientRect())"), "\(selector)")
                if try tab.isTrue("\(focused).matches('\(selector)')") { return }
            }
            throw Browser.Failure(description: "no way to \(selector) by the keyboard")
        }
        // Past the contents at once.
        try tab.press("Tab")
        #expect(try tab.isTrue("\(focused).matches('.skip') && \(focused).getBoundingClientRect().left >= 0"))
        try tab.press("Enter")
        #expect(try tab.isTrue("\(focused).id === 'main'"))

        try walk(to: "#token-field")
        try tab.type(stage.token)
        try tab.press("Enter")
        #expect(try tab.isTrue("document.querySelector('#token-state').textContent.startsWith('This page has a token')"))
        try walk(to: "#list_sessions summary")
        try tab.press("Enter")
        try walk(to: "#list_sessions-limit")
        try tab.type("1")
        try tab.press("Enter")
        #expect(try tab.answer(of: "list_sessions").hasPrefix("200 OK"))
        try walk(to: "#list_sessions .next")
        let first = try tab.body(of: "list_sessions")
        try tab.press("Enter")
        try eventually { try tab.body(of: "list_sessions") != first }
        #expect(try tab.isTrue("\(focused).matches('.next')"))
        // All the rest of the page, to its end.
        try walk(to: "footer a")
        #expect(tab.complaints() == [])
    }

    @Test("has all that its links lead to")
    func anchors() throws {
        let tab = try Tab()
        try tab.openPage()
        #expect(try tab.texts("[...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.hash).filter((h) => !document.querySelector(h))") == [])
        for path in try tab.texts("[...new Set([...document.querySelectorAll('a[href^=\"/\"]')].map((a) => a.pathname))]") {
            #expect(try stage.deployment.client.send(Call(path)).status == 200, "\(path)")
        }
        for error in ErrorReference.all {
            try tab.value("location.hash = '\(error.code)'")
            #expect(try tab.isTrue("document.querySelector(':target a').textContent === '\(error.code)'"))
        }
    }
}
