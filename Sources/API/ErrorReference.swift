/// An error of the published API, whoever answers with it: what the documents say of it. `error.docs` in a body leads to its place there.
public struct ErrorReference: Sendable {
    /// The status code (RFC 9110 §15).
    public let status: Int
    /// The `code` in the body, to program against.
    public let code: String
    /// When it comes and what to do, in English with Markdown's backticks.
    public let summary: String

    private init(_ status: Int, _ code: String, _ summary: String) {
        self.status = status
        self.code = code
        self.summary = summary
    }

    private init(_ code: APIError.Code, _ summary: String) { self.init(code.status.code, code.rawValue, summary) }

    /// All of them, by status. Those that are no ``APIError/Code`` come from nginx alone (nginx/debrief-errors.conf).
    public static let all = [
        ErrorReference(
            400,
            "bad_request",
            "The request is malformed: a header twice, control bytes, headers larger than 32 kB. Or it was sent to the port of HTTPS without TLS."
        ),
        ErrorReference(
            .invalidParameter,
            "A value is out of form or range, or the endpoint has no such parameter, or it was given twice. `parameter` names it."
        ),
        ErrorReference(.missingToken, "No bearer token was sent: send `Authorization: Bearer debrief_…`."),
        ErrorReference(.invalidToken, "The token is malformed, unknown, expired or revoked: ask your admin for another."),
        ErrorReference(.insufficientScope, "The token lacks the scope that the endpoint asks for; `WWW-Authenticate` names it."),
        ErrorReference(
            .notFound,
            "There is no such path, or no such row in your tenant; an id that is no UUID is no row's. Compare paths exactly: a trailing slash is another path."
        ),
        ErrorReference(.methodNotAllowed, "Only GET and HEAD are allowed."),
        ErrorReference(413, "payload_too_large", "The body is larger than 64 kB. None is needed."),
        ErrorReference(414, "uri_too_long", "The request line is longer than 8 kB."),
        ErrorReference(421, "misdirected_request", "The server does not answer for that host name."),
        ErrorReference(429, "rate_limited", "Too many requests with this token, or from this address: try again after `Retry-After` seconds."),
        ErrorReference(.internalError, "Something went wrong on our side. Name the `request_id` when you ask for help."),
        ErrorReference(501, "not_implemented", "The transfer encoding is not supported."),
        ErrorReference(.unavailable, "The database or the workers cannot be reached now: try again after `Retry-After` seconds."),
        ErrorReference(.timeout, "The request ran past its limit; the same call would again, so ask for less."),
        ErrorReference(505, "http_version_not_supported", "This version of HTTP is not supported."),
    ]
}
