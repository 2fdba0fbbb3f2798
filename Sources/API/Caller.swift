import Digest
import JSON
import Postgres

/// Who calls: what PostgreSQL says of a token and the scope that the endpoint wants. Where all is well it has, in the same transaction, confined the
/// statement that follows to the caller's tenant.
package struct Caller {
    /// What becomes of the call.
    enum Outcome: String {
        case live
        case unknown
        case expired
        case revoked
        case insufficientScope = "insufficient_scope"
    }

    /// The first statement of each request. `authenticate` is a function of the database's (migrations/), and the only way of the workers' role to
    /// the tokens.
    static let statement = Statement(
        name: "authenticate",
        // As one value: a function in `from` has its rows stored before they are read.
        sql: "select authenticate($1, $2)",
        parameters: [.bytea, .text],
        columns: [.record]
    )

    private static let scheme = Array("bearer ".utf8)

    private let outcome: Outcome?
    /// The token's id; nil where there is no such token.
    let token: UUID?
    /// The id of the tenant whose token it is; nil where there is no such token.
    let tenant: UUID?

    /// Reads the statement's one row: a record of outcome, the token's id and the tenant's.
    init(_ result: borrowing Result) {
        guard result.rowCount == 1, let record = result.value(row: 0, column: 0), let outcome = record.field(0, .text) else {
            (outcome, token, tenant) = (nil, nil, nil)
            return
        }
        self.outcome = Outcome(rawValue: outcome.string)
        token = Self.id(record.field(1, .uuid))
        tenant = Self.id(record.field(2, .uuid))
    }

    private static func id(_ value: RawSpan?) -> UUID? {
        guard let value else { return nil }
        return UUID(value: value.uint128)
    }

    /// Returns where the caller may read what he asks for.
    func require(_ scope: Scope) throws(APIError) {
        switch outcome {
        case .live: return
        case .insufficientScope: throw .insufficientScope(scope)
        case .unknown, .expired, .revoked: throw .invalidToken
        case nil: throw .fault
        }
    }

    /// Binds the statement's parameters: the token's digest, never the token.
    static func bind(_ token: Span<UInt8>, _ scope: Scope, to arguments: inout Arguments) {
        arguments.removeAll()
        arguments.append(SHA256(of: token).bytes.span)
        arguments.append(scope.rawValue.utf8.span)
    }

    /// The bearer token of an `Authorization` field's value (RFC 6750 §2.1); the scheme's letter case does not matter (RFC 9110 §11.1).
    @_lifetime(copy authorization)
    package static func token(in authorization: Span<UInt8>) throws(APIError) -> Span<UInt8> {
        guard authorization.lowercasedHasPrefix(scheme) else { throw .missingToken }
        var token = authorization.extracting(droppingFirst: scheme.count)
        while !token.isEmpty && token[0] == UInt8(ascii: " ") { token = token.extracting(droppingFirst: 1) }
        // Over HTTP/1, nginx has taken away what is behind a field's value.
        while !token.isEmpty && token[token.count - 1] == UInt8(ascii: " ") { token = token.extracting(droppingLast: 1) }
        guard !token.isEmpty else { throw .missingToken }
        guard Token.isWellFormed(token) else { throw .invalidToken }
        return token
    }
}
