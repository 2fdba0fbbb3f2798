import Support

/// The reference as a site serves it, before workers on the database of all stages.
struct PageStage: Sendable {
    private static let made = Result { try PageStage() }

    let deployment: Deployment
    /// The demo tenant's, with all scopes.
    let token: String

    var address: String { "\(deployment.url)/docs" }

    private init() throws {
        let stage = try Stage.shared()
        deployment = try Deployment(stage.database, site: .atPort())
        token = stage.token
    }

    static func shared() throws -> PageStage { try made.get() }
}

extension Tab {
    /// Opens the reference.
    func openPage(at place: String = "") throws { try open(PageStage.shared().address + place) }

    /// Gives the page a token, as a person does.
    func giveToken(_ token: String) throws {
        try fill("#token-field", token)
        try press("Enter")
        try eventually { try isTrue("document.querySelector('#token-field').value === ''") }
    }

    /// Sends an endpoint's form, and waits for the answer: what is said of it, beginning with the status.
    @discardableResult
    func send(_ endpoint: String, _ parameters: [String: String] = [:]) throws -> String {
        try value("document.querySelector('#\(endpoint) details').open = true")
        for (name, text) in parameters { try fill("#\(endpoint)-\(name)", text) }
        try click("#\(endpoint) [type=submit]")
        return try answer(of: endpoint)
    }

    /// Waits until there is an answer to a call that is under way.
    func answer(of endpoint: String) throws -> String {
        let status = "document.querySelector('#\(endpoint) [role=status]').textContent"
        try eventually { try isTrue("!['', 'Asking …'].includes(\(status))") }
        return try text(status)
    }

    /// The body that an endpoint's form shows.
    func body(of endpoint: String) throws -> String { try text("document.querySelector('#\(endpoint) .answer code').textContent") }
}
