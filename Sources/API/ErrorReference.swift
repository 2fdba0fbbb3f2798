/// An error of the published API, whoever answers with it: what the documents say of it. `error.docs` in a body leads to its place there.
public struct ErrorReference: Sendable {
    /// The status code (RFC 9110 §15).
    public let status: Int
    /// The `code` in the body, to program against.
    public let code: String
    /// When it comes and what to do, in English with Markdown's backticks.
    public let summary: String

    /// A `message` that comes with it.
    public let message: String
    /// The `parameter` that comes with that message; nil for an error that names none.
    public let parameter: String?

    private init(_ status: Int, _ code: String, _ message: String, _ summary: String, parameter: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.summary = summary
        self.parameter = parameter
    }

    private init(_ error: APIError, _ summary: String) {
        self.init(error.code.status.code, error.code.rawValue, error.message, summary, parameter: error.parameter)
    }

    /// All of them, by status. Those that are no ``APIError/Code`` come from nginx alone (nginx/debrief-errors.conf).
    public static let all = [
        ErrorReference(
            400,
            "bad_request",
            "the request is malformed, or its headers are larger than 32 kB",
            "The request is malformed: a header twice, control bytes, headers larger than 32 kB. Or it was sent to the port of HTTPS without TLS."
        ),
        ErrorReference(
            .invalidParameter(ParameterError(parameter: "limit", message: "limit must be an integer from 1 to 100")),
            "A value is out of form or range, or the endpoint has no such parameter, or it was given twice. `parameter` names it."
        ),
        ErrorReference(.missingToken, "No bearer token was sent: send `Authorization: Bearer debrief_…`."),
        ErrorReference(.invalidToken, "The token is malformed, unknown, expired or revoked: ask your admin for another."),
        ErrorReference(.insufficientScope(.sessionsRead), "The token lacks the scope that the endpoint asks for; `WWW-Authenticate` names it."),
        ErrorReference(
            .noRow,
            "There is no such path, or no such row in your tenant; an id that is no UUID is no row's. Compare paths exactly: a trailing slash is another path."
        ),
        ErrorReference(.methodNotAllowed, "Only GET and HEAD are allowed."),
        ErrorReference(413, "payload_too_large", "the body is larger than 64 kB", "The body is larger than 64 kB. None is needed."),
        ErrorReference(414, "uri_too_long", "the request line is longer than 8 kB", "The request line is longer than 8 kB."),
        ErrorReference(421, "misdirected_request", "this server has no such host", "The server does not answer for that host name."),
        ErrorReference(
            429,
            "rate_limited",
            "too many requests; try again after a second",
            "Too many requests with this token, or from this address: try again after `Retry-After` seconds."
        ),
        ErrorReference(.fault, "Something went wrong on our side. Name the `request_id` when you ask for help."),
        ErrorReference(501, "not_implemented", "the transfer encoding is not supported", "The transfer encoding is not supported."),
        ErrorReference(.unavailable, "The database or the workers cannot be reached now: try again after `Retry-After` seconds."),
        ErrorReference(.timeout, "The request ran past its limit; the same call would again, so ask for less."),
        ErrorReference(505, "http_version_not_supported", "this version of HTTP is not supported", "This version of HTTP is not supported."),
    ]
}
