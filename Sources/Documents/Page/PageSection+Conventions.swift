// What holds for all endpoints.

extension PageSection {
    /// How a list is read to its end.
    static let paging = PageSection(anchor: "paging", title: "Paging and the cursor") { section in
        section.paragraph(
            """
            Sessions come newest `started_at` first, a page at a time. Pass `next_cursor` back as `cursor`, as it came and with the same `from`, `to` and \
            `user_id`, until it is `null`.
            """
        )
        section.paragraph(
            """
            No session is repeated or skipped, however many share an instant and whatever is added meanwhile. A cursor looks like a date-time, with \
            more digits where sessions share one: treat it as opaque text. A client that reads it as a date and writes it anew may see sessions twice.
            """
        )
    }

    /// How moments are written and read.
    static let dateTimes = PageSection(anchor: "date-times", title: "Date-times") { section in
        section.paragraph("They are RFC 3339.")
        section.block("ul") { list in
            for item in [
                "Answers have them in UTC with `Z`, as in `2026-05-06T17:00:00Z`, with six digits of fraction only where they are not zero.",
                """
                Parameters may have any offset, and are UTC where they have none. A date alone is its midnight, so `to=2026-05-06` leaves that day out. \
                `from` and `to` are inclusive.
                """,
                "`+` means a space in a query: send `%2B`, although an offset's `+` is understood.",
            ] {
                list.block("li") { $0.prose(item) }
            }
        }
    }

    /// What HTTP has to send less.
    static let copies = PageSection(anchor: "copies", title: "Copies and compression") { section in
        section.block("ul") { list in
            for item in [
                """
                A body up to 64 kB has an `ETag`. Send it back as `If-None-Match`, and the answer is `304` without a body as long as nothing has changed. \
                A longer list has none.
                """,
                "The next page of a list is also in `Link: <…>; rel=\"next\"`, with the parameters of this one.",
                "Who sends `Accept-Encoding: gzip` gets it; the `ETag` is then weak (`W/\"…\"`), and known again as well.",
            ] {
                list.block("li") { $0.prose(item) }
            }
        }
    }

    /// How a call is found again.
    static let requestIDs = PageSection(anchor: "request-ids", title: "Request ids") { section in
        section.paragraph(
            """
            Every response has `X-Request-Id`, which is in our logs, too: yours where you sent one (1–128 of `A-Za-z0-9._-`, and no token), else one of \
            ours. Name it when you ask for help.
            """
        )
    }

    /// How much is allowed.
    static let limits = PageSection(anchor: "limits", title: "Limits") { section in
        section.block("ul") { list in
            for item in [
                "A request line has up to 8 kB, all headers together 32 kB, and a body, of which none is needed, 64 kB.",
                """
                How many requests a second a token and an address may send is up to who runs the API. One too many is a `429` with \
                [rate_limited](#rate_limited): try again after `Retry-After`.
                """,
                """
                A call that takes too long is a `504` with [timeout](#timeout). A response that could not be finished is cut so that your HTTP library \
                reports it; none ends as if it were whole.
                """,
            ] {
                list.block("li") { $0.prose(item) }
            }
        }
    }

    /// What a client may rely on.
    static let changes = PageSection(anchor: "changes", title: "Changes") { section in
        section.paragraph(
            """
            Keys may be added to v1; none is removed or changes its type. Compare paths exactly: a trailing slash is another path. The same as this page, \
            for programs, is the [OpenAPI document](/api/v1/openapi.json).
            """
        )
    }
}
