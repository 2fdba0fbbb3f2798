/// The one way in which a request is answered with an error: code, status, words and HTTP fields.
///
/// Codes and the shape of the body are part of the published API; nginx answers in the same shape for what never reaches a worker
/// (nginx/debrief-errors.conf).
public struct APIError: Error, Equatable, Sendable {
    /// The errors that a worker answers with.
    public enum Code: String, CaseIterable, Sendable {
        /// A parameter's value, or the parameter itself, is not what the endpoint takes.
        case invalidParameter = "invalid_parameter"
        /// No bearer token was sent.
        case missingToken = "missing_token"
        /// The token is malformed, unknown, expired or revoked.
        case invalidToken = "invalid_token"
        /// The token lacks the endpoint's scope.
        case insufficientScope = "insufficient_scope"
        /// No such path, or no such row in the caller's tenant.
        case notFound = "not_found"
        /// Another method than GET or HEAD on a known path.
        case methodNotAllowed = "method_not_allowed"
        /// A fault of ours.
        case internalError = "internal_error"
        /// The database cannot be reached now.
        case unavailable = "unavailable"
        /// The statement or the request ran past its limit.
        case timeout = "timeout"

        /// The status code and its reason phrase (RFC 9110 §15).
        var status: Response.Status {
            switch self {
            case .invalidParameter: Response.Status(400, "Bad Request")
            case .missingToken, .invalidToken: Response.Status(401, "Unauthorized")
            case .insufficientScope: Response.Status(403, "Forbidden")
            case .notFound: Response.Status(404, "Not Found")
            case .methodNotAllowed: Response.Status(405, "Method Not Allowed")
            case .internalError: Response.Status(500, "Internal Server Error")
            case .unavailable: Response.Status(503, "Service Unavailable")
            case .timeout: Response.Status(504, "Gateway Timeout")
            }
        }

        /// Fields beside those that every response has, each with its line's end.
        var fields: StaticString {
            switch self {
            case .missingToken: "WWW-Authenticate: Bearer realm=\"debrief\"\r\n"
            case .invalidToken: "WWW-Authenticate: Bearer realm=\"debrief\", error=\"invalid_token\"\r\n"
            case .methodNotAllowed: "Allow: GET, HEAD\r\n"
            case .unavailable: "Retry-After: 1\r\n"
            // insufficientScope names the scope, so it is made where that is known. A timeout has no Retry-After: the same call costs the same again.
            case .invalidParameter, .insufficientScope, .notFound, .internalError, .timeout: ""
            }
        }
    }

    /// Which error it is.
    public let code: Code
    /// What was wrong and what is wanted, for the person who wrote the call. Nothing of SQL, paths or other tenants.
    public let message: String
    /// The parameter as it was sent; only with ``Code/invalidParameter``.
    public let parameter: String?
    /// The scope that was wanted; only with ``Code/insufficientScope``.
    public let scope: Scope?

    private init(_ code: Code, _ message: String, parameter: String? = nil, scope: Scope? = nil) {
        self.code = code
        self.message = message
        self.parameter = parameter
        self.scope = scope
    }

    static let unknownPath = APIError(.notFound, "no such path")
    static let noRow = APIError(.notFound, "no such row in your tenant")
    static let methodNotAllowed = APIError(.methodNotAllowed, "only GET and HEAD are allowed")
    static let missingToken = APIError(.missingToken, "send a token: Authorization: Bearer debrief_…")
    static let invalidToken = APIError(.invalidToken, "the token is malformed, unknown, expired or revoked")
    static let fault = APIError(.internalError, "something went wrong on our side")
    static let unavailable = APIError(.unavailable, "the service is not available now; try again")
    static let timeout = APIError(.timeout, "the request took too long; ask for less")

    static func insufficientScope(_ scope: Scope) -> APIError {
        APIError(.insufficientScope, "the token lacks the scope \(scope.rawValue)", scope: scope)
    }

    static func invalidParameter(_ error: ParameterError) -> APIError {
        APIError(.invalidParameter, error.message, parameter: error.parameter)
    }
}
