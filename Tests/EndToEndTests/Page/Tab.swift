import Foundation
import Support

/// A tab of the browser, with cookies, storage and cache of its own, that shows the reference.
final class Tab {
    let browser: Browser
    private let context: String
    private let target: String
    /// What the protocol calls the connection to it.
    let session: String

    /// Opens it, empty; what happens in it is noted from now on.
    init(width: Int = 1_280, height: Int = 800, isDark: Bool = false) throws {
        browser = try Browser.shared.get()
        context = try browser.call("Target.createBrowserContext")["browserContextId"]?.string ?? ""
        target = try browser.call("Target.createTarget", ["url": "about:blank", "browserContextId": context])["targetId"]?.string ?? ""
        session = try browser.call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"]?.string ?? ""
        for domain in ["Page", "Runtime", "Log", "Network", "Audits", "DOM", "Accessibility"] { try call("\(domain).enable") }
        // So that a field of a tab that nobody looks at can have the focus.
        try call("Emulation.setFocusEmulationEnabled", ["enabled": true])
        try look(width: width, height: height, isDark: isDark)
    }

    deinit {
        _ = try? browser.call("Target.closeTarget", ["targetId": target])
        _ = try? browser.call("Target.disposeBrowserContext", ["browserContextId": context])
    }

    /// Allows a site what a person would be asked for.
    func grant(_ permissions: [String], to origin: String) throws {
        try browser.call("Browser.grantPermissions", ["permissions": permissions, "origin": origin, "browserContextId": context])
    }

    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> JSONValue {
        try browser.call(method, parameters, tab: session)
    }

    var events: [Browser.Event] { browser.events(of: session) }

    /// Makes it a screen of that size, by day or by night.
    func look(width: Int, height: Int = 800, isDark: Bool) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600]
        )
        let features = [
            ["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"], ["name": "prefers-reduced-motion", "value": "reduce"],
        ]
        try call("Emulation.setEmulatedMedia", ["features": features])
    }

    /// Goes to an address, and waits until all of it is there.
    func open(_ address: String) throws {
        let answer = try call("Page.navigate", ["url": address])
        if let error = answer["errorText"]?.string { throw Browser.Failure(description: "\(address): \(error)") }
        // Between two documents there is none to ask.
        try eventually { (try? isTrue("document.readyState === 'complete' && location.href !== 'about:blank'")) == true }
    }

    /// The value of an expression of JavaScript, in the page.
    @discardableResult
    func value(_ expression: String) throws -> JSONValue {
        let answer = try call("Runtime.evaluate", ["expression": expression, "returnByValue": true, "awaitPromise": true])
        if let exception = answer["exceptionDetails"] { throw Browser.Failure(description: "\(expression): \(exception)") }
        return answer["result"]?["value"] ?? .null
    }

    func isTrue(_ condition: String) throws -> Bool { try value(condition) == .bool(true) }

    func text(_ expression: String) throws -> String { try value(expression).string ?? "" }

    func number(_ expression: String) throws -> Double { try value(expression).number ?? .nan }

    func texts(_ expression: String) throws -> [String] { try value(expression).array?.compactMap(\.string) ?? [] }

    /// Presses a key, as a keyboard does.
    func press(_ key: String, shift: Bool = false) throws {
        let codes = ["Tab": 9, "Enter": 13, " ": 32]
        var parameters: [String: Any] = ["key": key, "windowsVirtualKeyCode": codes[key] ?? 0, "modifiers": shift ? 8 : 0]
        if key == "Enter" { parameters["text"] = "\r" }
        try call("Input.dispatchKeyEvent", parameters.merging(["type": "keyDown"]) { $1 })
        try call("Input.dispatchKeyEvent", parameters.merging(["type": "keyUp"]) { $1 })
    }

    /// Types a text into what has the focus.
    func type(_ text: String) throws { try call("Input.insertText", ["text": text]) }

    /// Puts a text in the place of what a field holds.
    func fill(_ selector: String, _ text: String) throws {
        try value("(() => { const field = document.querySelector('\(selector)'); field.focus(); field.select(); })()")
        if text.isEmpty {
            try value("document.querySelector('\(selector)').value = ''")
        } else {
            try type(text)
        }
    }

    func click(_ selector: String) throws { try value("document.querySelector('\(selector)').click()") }

    /// A picture of the whole page, as PNG.
    func picture() throws -> Data {
        let base64 = try call("Page.captureScreenshot", ["captureBeyondViewport": false])["data"]?.string ?? ""
        return Data(base64Encoded: base64) ?? Data()
    }

    /// What a screen reader gets, in the order in which it reads.
    func accessibilityTree() throws -> [JSONValue] {
        let nodes = try call("Accessibility.getFullAXTree")["nodes"]?.array ?? []
        let byID = Dictionary(nodes.map { ($0["nodeId"]?.string ?? "", $0) }) { first, _ in first }
        var tree: [JSONValue] = []
        var open = nodes.prefix(1).compactMap { $0["nodeId"]?.string }
        while let id = open.popLast() {
            guard let node = byID[id] else { continue }
            if node["ignored"] != .bool(true) { tree.append(node) }
            open += (node["childIds"]?.array ?? []).reversed().compactMap(\.string)
        }
        return tree
    }

    /// What the browser has to complain of: what the page logs and throws, and what its policy or the browser forbids. A response that is an error is none
    /// where that is what was asked for.
    func complaints(isErrorWanted: Bool = false) -> [String] {
        events.compactMap { event in
            let entry = event.parameters["entry"]
            switch event.method {
            case "Log.entryAdded" where isErrorWanted && entry?["source"]?.string == "network": return nil
            case "Log.entryAdded": return "\(entry?["level"]?.string ?? ""): \(entry?["text"]?.string ?? "") \(entry?["url"]?.string ?? "")"
            case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded": return "\(event)"
            default: return nil
            }
        }
    }

    /// The addresses that it has asked for.
    var requests: [String] {
        events.filter { $0.method == "Network.requestWillBeSent" }.compactMap { $0.parameters["request"]?["url"]?.string }
    }
}
