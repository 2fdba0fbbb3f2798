import API
import Foundation
import Support
import Testing

/// The reference in a real browser, served by the site with the policy that hosts get, before workers with the demo tenant.
@Suite("The page in a browser", .enabled(if: Browser.isThere))
struct PageInBrowserTests {
    private let stage: PageStage

    init() throws { stage = try PageStage.shared() }

    @Test("loads without a complaint, and nothing but itself", arguments: ["/", "/docs", "/docs#invalid_parameter"])
    func load(path: String) throws {
        let tab = try Tab()
        try tab.open(stage.deployment.url + path)
        #expect(try tab.text("document.title") == "Debrief API reference")
        // The script has run, and the style is applied.
        #expect(try tab.isTrue("[...document.querySelectorAll('.origin')].every((place) => place.textContent === location.origin)"))
        #expect(try tab.text("getComputedStyle(document.querySelector('.unseen')).position") == "absolute")
        #expect(Set(tab.requests.map { String($0.prefix { $0 != "#" }) }) == [stage.deployment.url + path.prefix { $0 != "#" }])
        #expect(tab.complaints() == [])
    }

    @Test("runs and applies nothing that is not its own, and has no way to make markup of text")
    func policy() throws {
        let tab = try Tab()
        try tab.openPage()
        let tries = [
            "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))",
            "document.body.setAttribute('onclick', 'window.ran = true'); document.body.click()",
            "document.body.innerHTML = '<b>x</b>'",
            "fetch('https://example.com/')",
            "new Image().src = '/docs?picture'",
        ]
        for attempt in tries {
            let before = tab.complaints().count
            _ = try? tab.value(attempt)
            #expect(try tab.isTrue("!window.ran && document.querySelector('main') !== null"), "\(attempt)")
            try eventually {
                try tab.value("1")
                return tab.complaints().dropFirst(before).contains { $0.contains(/Content Security Policy|TrustedHTML|TrustedScript/) }
            }
        }
    }

    @Test("each endpoint can be tried with a token, and shows what the API answers")
    func endpoints() throws {
        let tab = try Tab()
        try tab.openPage()
        try tab.giveToken(stage.token)
        for endpoint in Endpoint.all {
            let call = endpoint.documentation.exampleCall
            let status = try tab.send(endpoint.name, Self.values(of: call, at: endpoint.path))
            #expect(status.hasPrefix("200 OK · "), "\(endpoint.name): \(status)")
            let shown = JSONValue(parsing: Array(try tab.body(of: endpoint.name).utf8))
            let direct = try stage.deployment.client.get(String(call.dropFirst("/api/v1/".count)), token: stage.token)
            #expect(shown != nil && shown == direct.json, "\(endpoint.name)")
            let head = try tab.text("document.querySelector('#\(endpoint.name) .answer dl').textContent")
            #expect(head.contains("RequestGET \(endpoint.path.prefix { $0 != ":" })") && head.contains("X-Request-Id"), "\(head)")
        }
        #expect(tab.complaints() == [])
    }

    /// The parameters of a call, by name.
    private static func values(of call: String, at path: String) -> [String: String] {
        let parts = call.split(separator: "?", maxSplits: 1)
        var values: [String: String] = [:]
        for (name, value) in zip(path.split(separator: "/"), parts[0].split(separator: "/")) where name.hasPrefix(":") {
            values[String(name.dropFirst())] = String(value)
        }
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let pair = pair.split(separator: "=", maxSplits: 1)
            values[String(pair[0])] = String(pair[1])
        }
        return values
    }

    @Test("leads from page to page, as next_cursor does, and says where the last is")
    func nextPage() throws {
        let tab = try Tab()
        try tab.openPage()
        try tab.giveToken(stage.token)
        let rows = try #require(try stage.deployment.client.get("sessions?limit=100", token: stage.token).json?["data"]?.array)
        let from = try #require(rows.prefix(3).last?["started_at"]?.string)
        try tab.send("list_sessions", ["limit": "1", "from": from])
        var seen: [String] = []
        while true {
            let page = JSONValue(parsing: Array(try tab.body(of: "list_sessions").utf8))
            seen += page?["data"]?.array?.compactMap { $0["id"]?.string } ?? []
            guard try tab.isTrue("!document.querySelector('#list_sessions .next').hidden"), seen.count < 10 else { break }
            try tab.click("#list_sessions .next")
            _ = try tab.answer(of: "list_sessions")
        }
        #expect(seen == rows.prefix(while: { ($0["started_at"]?.string ?? "") >= from }).compactMap { $0["id"]?.string })
        #expect(seen.count >= 3)
        #expect(tab.complaints() == [])
    }

    @Test("begins a list anew where another field changes after a next page, and keeps a cursor that was typed")
    func anotherList() throws {
        let tab = try Tab()
        try tab.openPage()
        try tab.giveToken(stage.token)
        let rows = try #require(try stage.deployment.client.get("sessions?limit=100", token: stage.token).json?["data"]?.array)
        let first = try #require(rows.first?["id"]?.string)
        try tab.send("list_sessions", ["limit": "1"])
        try tab.click("#list_sessions .next")
        try eventually { try !tab.body(of: "list_sessions").contains(first) }
        let cursor = try tab.text("document.querySelector('#list_sessions-cursor').value")
        #expect(!cursor.isEmpty)
        try tab.send("list_sessions", ["limit": "2"])
        #expect(try tab.body(of: "list_sessions").contains(first))
        #expect(try tab.text("document.querySelector('#list_sessions-cursor').value") == "")

        try tab.fill("#list_sessions-cursor", cursor)
        try tab.send("list_sessions", ["limit": "3"])
        #expect(try !tab.body(of: "list_sessions").contains(first))
        #expect(tab.complaints() == [])
    }

    @Test("shows what the API says of a wrong token, of none, of a bad parameter, and of what is not there")
    func errors() throws {
        let tab = try Tab()
        try tab.openPage()
        #expect(try tab.send("list_users").hasPrefix("401 "))
        #expect(try tab.body(of: "list_users").contains("missing_token"))
        try tab.giveToken(String(stage.token.dropLast()) + (stage.token.hasSuffix("0") ? "1" : "0"))
        #expect(try tab.send("list_users").hasPrefix("401 "))
        #expect(try tab.body(of: "list_users").contains("invalid_token"))
        #expect(try tab.text("document.querySelector('#list_users .answer dl').textContent").contains("WWW-AuthenticateBearer realm=\"debrief\""))
        #expect(try tab.isTrue("document.querySelector('#list_users [role=status]').className === 'bad'"))

        try tab.giveToken(stage.token)
        #expect(try tab.send("list_sessions", ["limit": "0"]).hasPrefix("400 "))
        let body = JSONValue(parsing: Array(try tab.body(of: "list_sessions").utf8))
        #expect(body?["error"]?["parameter"]?.string == "limit")
        #expect(try tab.send("get_session", ["id": "no such/row?a=b#c"]).hasPrefix("404 "))
        #expect(tab.complaints(isErrorWanted: true) == [])

        // The link in the body leads to the error's place.
        let docs = try #require(body?["error"]?["docs"]?.string)
        try tab.open(stage.deployment.url + docs)
        #expect(try tab.text("document.querySelector(':target').textContent").contains("invalid_parameter"))
        #expect(try tab.isTrue("(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.querySelector(':target').getBoundingClientRect())"))
    }

    @Test("asks no more than that a path has its id, and sends what is no token nowhere")
    func refused() throws {
        let tab = try Tab()
        try tab.openPage()
        let before = tab.requests.count
        try tab.value("document.querySelector('#get_session details').open = true")
        try tab.click("#get_session [type=submit]")
        #expect(try tab.isTrue("document.querySelector('#get_session-id:invalid') !== null"))
        try tab.giveToken("a token … with a letter")
        #expect(try tab.text("document.querySelector('#token-state').textContent").contains("no token"))
        #expect(tab.requests.count == before)
        #expect(try tab.send("list_users").hasPrefix("401 "))
        #expect(try tab.body(of: "list_users").contains("missing_token"))
    }

    @Test("shows what is markup as text, and numbers as they were sent")
    func text() throws {
        let tenant = try Tenant(try Stage.shared().database)
        let name = #"<img src="/x" onerror="document.title='ran'"> & </code></pre><script>document.title='ran'</script>"#
        let user = try tenant.addUser(name)
        let session = try tenant.addSession(user: user, scenario: try tenant.addScenario(), status: "scored")
        try tenant.addTranscript(
            session: session,
            turns: #"[{"role":"a","message":"\u003cb> \"x\"","time":1.50},{"role":"b","message":"","time":12345678901234567890}]"#
        )
        let tab = try Tab()
        try tab.openPage()
        let elements = try tab.number("document.querySelectorAll('*:not(pre *)').length")
        try tab.giveToken(tenant.token)
        #expect(try tab.send("list_users").hasPrefix("200 "))
        let shown = JSONValue(parsing: Array(try tab.body(of: "list_users").utf8))
        #expect(shown?["data"]?[0]?["full_name"]?.string == name)
        #expect(try tab.send("get_session", ["id": session]).hasPrefix("200 "))
        let body = try tab.body(of: "get_session")
        #expect(body.contains(#""message": "\u003cb> \"x\"","#) && body.contains(#""time": 1.50"#) && body.contains(#""time": 12345678901234567890"#))
        // An element for each of the headers that are shown, and no other.
        let cells = try tab.number("document.querySelectorAll('.answer dl > *').length")
        #expect(try tab.number("document.querySelectorAll('*:not(pre *)').length") == elements + cells)
        #expect(try tab.text("document.title") == "Debrief API reference")
        #expect(tab.complaints() == [])
    }

    @Test("keeps a token in no storage, address, attribute or field, and none over a reload")
    func token() throws {
        let tab = try Tab()
        try tab.openPage()
        try tab.giveToken(stage.token)
        #expect(try tab.send("list_sessions", ["limit": "1"]).hasPrefix("200 "))
        let everywhere = """
            (async () => JSON.stringify([
                location.href, document.cookie, { ...localStorage }, { ...sessionStorage }, history.state, window.name, document.title,
                document.documentElement.outerHTML, [...document.querySelectorAll('input')].map((field) => field.value),
                await indexedDB.databases(), await caches.keys(), performance.getEntries(), Object.entries(window).map(String),
            ]))()
            """
        let found = try tab.text(everywhere)
        #expect(found.contains("api/v1/sessions"))
        #expect(!found.contains(stage.token.suffix(46)) && !found.contains(stage.token.prefix(16)))
        #expect(tab.requests.allSatisfy { !$0.contains(stage.token.suffix(46)) && $0.hasPrefix(stage.deployment.url) })

        // Nor after it was forgotten, or with a page that comes anew.
        try tab.click("#forget")
        #expect(try tab.send("list_users").hasPrefix("401 "))
        try tab.giveToken(stage.token)
        #expect(try tab.send("list_users").hasPrefix("200 "))
        try tab.value("window.isOld = true")
        try tab.call("Page.reload")
        try eventually { (try? tab.isTrue("!window.isOld && document.readyState === 'complete'")) == true }
        #expect(try tab.send("list_users").hasPrefix("401 "))
        #expect(try tab.body(of: "list_users").contains("missing_token"))
    }

    @Test("is a document without a script: nothing is offered that could not be done")
    func withoutScript() throws {
        let tab = try Tab()
        try tab.call("Emulation.setScriptExecutionDisabled", ["value": true])
        try tab.openPage()
        #expect(
            try tab.texts("[...document.querySelectorAll('form, button, input')].filter((e) => e.checkVisibility()).map((e) => e.outerHTML)") == []
        )
        let text = try tab.text("document.body.innerText")
        for endpoint in Endpoint.all { #expect(text.contains(endpoint.path) && text.contains(endpoint.documentation.exampleResponse)) }
        for error in ErrorReference.all { #expect(text.contains(error.code)) }
        #expect(text.contains("https://api.example.com/api/v1/sessions"))
        #expect(tab.complaints() == [])
    }

    @Test("copies a call with the address that the page came from")
    func copy() throws {
        let tab = try Tab()
        try tab.openPage()
        let origin = stage.deployment.url
        try tab.grant(["clipboardReadWrite", "clipboardSanitizedWrite"], to: origin)
        let endpoint = try #require(Endpoint.all.first)
        let wanted = "curl -H \"Authorization: Bearer $DEBRIEF_TOKEN\" \\\n    '\(origin)\(endpoint.documentation.exampleCall)'"
        // What is said is gone after two seconds, which may be over before it was read.
        try tab.value("window.setTimeout = () => 7; window.clearTimeout = (number) => { window.cleared = number }")
        func pressCopy() throws -> String {
            try tab.value("document.querySelector('#said').textContent = ''; document.querySelector('#\(endpoint.name) .copy').focus()")
            try tab.press("Enter")
            try eventually { try tab.text("document.querySelector('#said').textContent") != "" }
            return try tab.text("document.querySelector('#\(endpoint.name) .copy .label').textContent")
        }
        #expect(try pressCopy() == "Copied")
        #expect(try tab.text("navigator.clipboard.readText()") == wanted)

        // Where a browser has no clipboard for the page, it is chosen.
        try tab.value("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        #expect(try pressCopy() == "Chosen")
        #expect(try tab.number("window.cleared") == 7)
        #expect(try tab.text("getSelection().toString()") == wanted)
        #expect(tab.complaints() == [])
    }
}

extension Browser {
    /// Whether there is one. `scripts/test` installs it: there, its tests are run in any case.
    static let isThere = Run.isFolderGiven || FileManager.default.isExecutableFile(atPath: "/usr/lib/chromium/chromium")
}
