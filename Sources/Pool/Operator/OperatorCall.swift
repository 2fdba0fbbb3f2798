/// What an operator or his monitoring asks for, and the answer.
enum OperatorCall: Equatable {
    /// Whether the operator's process lives.
    case live
    /// Whether requests are to be sent here.
    case ready
    /// OpenMetrics.
    case metrics
    /// The status, as a page or as JSON.
    case status(isJSON: Bool)
    /// No such path.
    case unknown
    /// Neither GET nor HEAD.
    case notAllowed

    /// A response.
    struct Answer {
        var status = "200 OK"
        var type = "text/plain; charset=utf-8"
        var fields: [String] = []
        var body: String

        /// As CGI has it (RFC 3875 §6), to the empty line.
        var head: String {
            let all = ["Status: \(status)", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + fields
            return (all + ["Cache-Control: no-store", "X-Content-Type-Options: nosniff", "", ""]).joined(separator: "\r\n")
        }
    }

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - uri: the target as sent; `/status?json` asks for JSON, as it does of PHP-FPM.
    ///   - accept: the `Accept` field.
    init(method: String, uri: String, accept: String) {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? parts[1].split(separator: "&") : []
        switch parts.first {
        case "/live": self = .live
        case "/ready": self = .ready
        case "/metrics": self = .metrics
        case "/status": self = .status(isJSON: query.contains("json") || Self.prefersJSON(accept))
        default: self = .unknown
        }
        if self != .unknown && method != "GET" && method != "HEAD" { self = .notAllowed }
    }

    /// Answers it.
    func answer(_ options: PoolOptions, _ snapshot: () -> PoolSnapshot) -> Answer {
        switch self {
        case .live:
            return Answer(body: "live\n")
        case .ready:
            let pool = snapshot()
            guard !pool.isServing else { return Answer(body: "ready\n") }
            return Answer(status: "503 Service Unavailable", body: pool.faults.map { "\($0)\n" }.joined().nonEmpty ?? "not ready\n")
        case .metrics:
            return Answer(type: MetricsWriter.contentType, body: snapshot().metrics)
        case .status(isJSON: true):
            return Answer(type: "application/json", fields: ["Vary: Accept"], body: snapshot().json)
        case .status:
            let fields = ["Vary: Accept", "Content-Security-Policy: \(StatusPage.securityPolicy)"]
            return Answer(type: StatusPage.contentType, fields: fields, body: StatusPage(pool: snapshot(), options: options).html)
        case .unknown:
            return Answer(status: "404 Not Found", body: "There are /live, /ready, /metrics and /status.\n")
        case .notAllowed:
            return Answer(status: "405 Method Not Allowed", fields: ["Allow: GET, HEAD"], body: "Only GET and HEAD are allowed.\n")
        }
    }

    /// Whether JSON is wanted rather than HTML, by RFC 9110 §12.5.1; where both are alike, JSON only if it was named and HTML was not.
    private static func prefersJSON(_ accept: String) -> Bool {
        let (json, html) = (Self.quality(of: "application/json", in: accept), Self.quality(of: "text/html", in: accept))
        return json.value > html.value || json.value == html.value && json.isNamed && !html.isNamed
    }

    private static func quality(of type: String, in accept: String) -> (value: Double, isNamed: Bool) {
        let group = type.prefix { $0 != "/" } + "/*"
        var found: (value: Double, precision: Int) = (0, 0)
        for range in accept.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let precision = parts.first == type ? 3 : parts.first == String(group) ? 2 : parts.first == "*/*" ? 1 : 0
            guard precision > found.precision else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            found = (quality, precision)
        }
        return (found.value, found.precision == 3)
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
