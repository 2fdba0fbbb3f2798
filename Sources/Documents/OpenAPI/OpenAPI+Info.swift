import API

extension OpenAPI {
    static func info(version: String) -> JSONNode {
        [
            "title": "Debrief API",
            "version": .text(version),
            "summary": "Read-only: sessions of practice calls, their transcripts and scorecards, the scenarios and the users they belong to.",
            "description": .text(introduction),
        ]
    }

    /// What holds for all operations, in CommonMark.
    private static let introduction = """
        Send the token as a bearer token, and only `GET` or `HEAD`. `HEAD` has the status and the headers of `GET`, and no body.

        **Answers.** A good answer is an object with `ok` and `data`; a page has `next_cursor` beside `data`. An error has a `code` to program against, a \
        `message` for people, and where a parameter is at fault its name.

        **Paging.** Sessions come newest `started_at` first. Pass `next_cursor` back as `cursor`, as it came and with the same `from`, `to` and `user_id`, \
        until it is `null`. No session is repeated or skipped, however many share an instant and whatever is added meanwhile. It looks like a date-time; \
        treat it as opaque text.

        **Date-times** are RFC 3339: out in UTC with `Z`, with six digits of fraction only where they are not zero; in with any offset, UTC where there is \
        none. A date alone is its midnight in UTC. The years are 1 to 9999. `from` must not be after `to`.

        **Request ids.** Every response has `X-Request-Id`: yours where you sent one, else one of ours. Name it when you ask for help.

        **Copies.** A response up to 64 kB has an `ETag`. Send it back as `If-None-Match`, and the answer is 304 without a body as long as nothing has changed.
        Who sends `Accept-Encoding: gzip` gets a compressed body; its `ETag` is weak (`W/"…"`), and known again as well.

        **Versions.** Keys may be added to v1; none is removed or changes its type. So take an object that has more keys than are named here. Compare paths \
        exactly: a trailing slash is another path.
        """

    static var bearer: JSONNode {
        [
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "debrief_ and 46 letters and digits",
            "description": .text(
                """
                A token is of one tenant, and reads what its scopes name. An admin makes it.

                | scope | what it reads |
                |---|---|
                \(Scope.allCases.map(line).joined(separator: "\n"))
                """
            ),
        ]
    }

    /// A scope's line in the table: the operations that ask for it.
    private static func line(_ scope: Scope) -> String {
        "| `\(scope.rawValue)` | \(Endpoint.all.filter { $0.scope == scope }.map { "`\($0.name)`: \($0.documentation.summary)" }.joined(separator: " ")) |"
    }
}
