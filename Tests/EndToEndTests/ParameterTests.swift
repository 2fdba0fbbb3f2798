import Support
import Testing

/// A query and the parameter that the answer names.
struct BadQuery: Sendable, CustomTestStringConvertible {
    let path: String
    let query: [UInt8]
    let parameter: String

    init(bytes query: [UInt8], _ parameter: String, path: String = "sessions") {
        self.path = path
        self.query = query
        self.parameter = parameter
    }

    init(_ query: String, _ parameter: String, path: String = "sessions") {
        self.init(bytes: Array(query.utf8), parameter, path: path)
    }

    var testDescription: String { "\(path)?\(String(decoding: query.prefix(80), as: UTF8.self))" }

    private static let limits = [
        "0", "101", "-1", "1e1", "%2B5", "+5", "%205", "5%20", "", "00", "01", "007", "1.0", "0x10", "ten", "100.", "1,0", "1_0", "%D9%A5", "٥",
        "%EF%BC%95", "5%00", "%00", "5%0A", "9223372036854775808", "18446744073709551621", "4294967297", String(repeating: "9", count: 5_000), "null",
        "[]", "'", "%27%20or%201=1", "NaN", "inf", "١",
    ]

    private static let dateTimes = [
        "", "2026-02-29", "2026-02-30T00:00:00Z", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "0000-01-01", "0000-12-31T23:59:59Z",
        "99999-01-01", "10000-01-01T00:00:00Z", "-0001-01-01", "%2B2026-01-01", "2026-1-1", "20260506", "2026-05-06T24:00:00Z",
        "2026-05-06T17:60:00Z", "2026-05-06T17:00:61Z", "2026-05-06T17:00:60Z", "2026-05-06T17:00Z", "2026-05-06T17:00:00.Z",
        "2026-05-06T17:00:00+24:00",
        "2026-05-06T17:00:00%2B02", "2026-05-06T17:00:00%2B0200", "2026-05-06T17:00:00%2B02:60", "2026-05-06%2017:00:00Z", "2026-05-06+17:00:00Z",
        "2026-05-06T17:00:00ZZ", "2026-05-06T17:00:00Z%20", "%202026-05-06", "2026-05-06T17:00:00,5Z", "2026-W19-3", "now", "yesterday", "infinity",
        "-infinity", "epoch", "1778086800", "2026-05-06T17:00:00%00Z", "٢٠٢٦-05-06", "2026-05-06T17:00:00%E2%88%9202:00",
        "0001-01-01T00:00:00%2B00:01",
        "9999-12-31T23:59:59-00:01", "2023-02-29T00:00:00Z", "1900-02-29", "2026-05-06Z", "2026-05-06T", "2026-05-06T17", "'2026-05-06'",
    ]

    private static let ids = [
        "", "x", "30000000-0000-0000-0000-00000000000", "30000000-0000-0000-0000-0000000000011", "30000000000000000000000000000001",
        "%7B30000000-0000-0000-0000-000000000001%7D", "g0000000-0000-0000-0000-000000000001", "3000-00000000-0000-0000-000000000001", "%00",
        "30000000-0000-0000-0000-000000000001%00", "30000000-0000-0000-0000-000000000001%20", "urn:uuid:30000000-0000-0000-0000-000000000001",
    ]

    private static let cursors = [
        "", "x", "2026-02-30T00:00:00Z", "30000000-0000-0000-0000-000000000001", "null", "0000-01-01",
        // 45 digits, of which the last 39 are above 2^128 − 1.
        "2026-05-06T17:00:00.000000340282366920938463463374607431768211456Z", "2026-05-06T17:00:00.000000999999999999999999999999999999999999999Z",
    ]

    static let values: [BadQuery] = [
        limits.map { BadQuery("limit=\($0)", "limit") },
        dateTimes.map { BadQuery("from=\($0)", "from") },
        dateTimes.map { BadQuery("to=\($0)", "to", path: "analytics/summary") },
        ids.map { BadQuery("user_id=\($0)", "user_id") },
        cursors.map { BadQuery("cursor=\($0)", "cursor") },
    ].flatMap { $0 }

    /// Bytes that are no UTF-8, and long names: no more than 64 bytes are repeated, in whole characters.
    static let names: [BadQuery] = [
        BadQuery(bytes: [0x6c, 0x69, 0x6d, 0x69, 0x74, 0x3d, 0xff], "limit"),
        BadQuery(bytes: [0x61, 0xff, 0x62, 0x3d, 0x31], "a\u{fffd}b"),
        BadQuery(String(repeating: "a", count: 65), String(repeating: "a", count: 64)),
        BadQuery(String(repeating: "b", count: 7_000) + "=1", String(repeating: "b", count: 64)),
        BadQuery(String(repeating: "€", count: 100), String(repeating: "€", count: 21)),
        BadQuery("a" + String(repeating: "😀", count: 20), "a" + String(repeating: "😀", count: 15)),
    ]

    static let forms: [BadQuery] = [
        BadQuery("limit=1&limit=1", "limit"), BadQuery("limit=1&limi%74=2", "limit"),
        BadQuery("from=2026-01-01&to=2026-02-01&from=2026-01-01", "from"),
        BadQuery("limit", "limit"), BadQuery("limit&limit=1", "limit"), BadQuery("limit==1", "limit"), BadQuery("limit=%", "limit"),
        BadQuery("limit=%1", "limit"), BadQuery("limit=%zz", "limit"), BadQuery("to=%ff", "to"), BadQuery("to=%C0%80", "to"),
        BadQuery("cursor=%ED%A0%80", "cursor"),
        // An unknown name, as it was sent.
        BadQuery("x=1", "x"), BadQuery("Limit=1", "Limit"), BadQuery("limit%20=1", "limit%20"), BadQuery("limit[]=1", "limit[]"),
        BadQuery("=1", ""), BadQuery("%zz=1", "%zz"), BadQuery("%=1", "%"), BadQuery("%ff=1", "%ff"), BadQuery("%22x=1", "%22x"),
        BadQuery("a\"b=1", "a\"b"), BadQuery("a\\b=1", "a\\b"), BadQuery("a%01b=1", "a%01b"), BadQuery("</script>=1", "</script>"),
        BadQuery("ключ=1", "ключ"), BadQuery("limit=1;from=2", "limit"),
        BadQuery("offset=10", "offset"), BadQuery("page=2", "page"), BadQuery("limit=1?from=2026-01-01", "limit"), BadQuery("?limit=1", "?limit"),
        // The first fault from the left; an endpoint knows its own parameters alone.
        BadQuery("limit=0&x=1", "limit"), BadQuery("x=1&limit=0", "x"), BadQuery("limit=1", "limit", path: "users"),
        BadQuery("limit=1", "limit", path: "scenarios"), BadQuery("limit=1", "limit", path: "analytics/summary"),
        BadQuery("user_id=a0000000-0000-0000-0000-000000000002", "user_id", path: "analytics/summary"),
        BadQuery("from=2026-01-01", "from", path: "sessions/30000000-0000-0000-0000-000000000001"),
        BadQuery("x", "x", path: "scorecards/40000000-0000-0000-0000-000000000001"),
        // `from` after `to`, given or not.
        BadQuery("from=2026-05-07&to=2026-05-06", "from"), BadQuery("to=2026-05-06&from=2026-05-07", "from"),
        BadQuery("from=2026-05-06T17:00:00.000001Z&to=2026-05-06T17:00:00Z", "from", path: "analytics/summary"),
        BadQuery("from=2026-05-06T17:00:00.0000001Z&to=2026-05-06T17:00:00.0000009Z", "from", path: "analytics/summary"),
        BadQuery("from=9998-01-01", "from", path: "analytics/summary"),
    ]
}

@Suite("Parameters through HTTP")
struct ParameterTests {
    @Test("a value out of form or range is 400 and names its parameter", arguments: BadQuery.values)
    func values(bad: BadQuery) throws { try expectBad(bad) }

    @Test("a broken query is 400, names what is wrong, and the error is valid JSON", arguments: BadQuery.forms + BadQuery.names)
    func forms(bad: BadQuery) throws { try expectBad(bad) }

    private func expectBad(_ bad: BadQuery) throws {
        let stage = try Stage.shared()
        let response = try stage.client.send(Call(Array("/api/v1/\(bad.path)?".utf8) + bad.query, token: stage.token))
        expectError(response, 400, "invalid_parameter", parameter: bad.parameter)
        #expect(bad.parameter.utf8.count <= 64)
        // The value is never repeated; messages are one line of text.
        #expect(response.json?["error"]?["message"]?.string?.contains("\n") == false)
    }

    @Test(
        "what is only unusual is accepted",
        arguments: [
            "", "&", "&&limit=1&&", "limit=1", "limit=100", "limit=%31", "li%6Dit=1", "l%69mit=%31%30%30",
            "user_id=A0000000-0000-0000-0000-000000000002", "user_id=a0000000%2D0000-0000-0000-000000000002",
            "cursor=2026-05-06T17:00:00.000001340282366920938463463374607431768211455Z", "cursor=9999-12-31T23:59:59Z", "cursor=0001-01-01T00:00:00Z",
            "from=2026-05-06T17:00:00Z&to=2026-05-06T17:00:00Z", "from=9998-01-01", "to=0001-01-01",
            "cursor=2026-05-06&from=2026-05-07",
            "limit=1&from=2026-01-01&to=2026-05-07&user_id=a0000000-0000-0000-0000-000000000002&cursor=2026-05-07",
        ]
    )
    func accepted(query: String) throws {
        let stage = try Stage.shared()
        _ = try dataOf(try stage.client.get("sessions?\(query)", token: stage.token))
    }

    @Test("50 rows are a page where no limit is given")
    func defaultLimit() throws {
        let stage = try Stage.shared()
        #expect(JSONText.elements(try dataOf(try stage.client.get("sessions", token: stage.token))).count == 50)
    }

    @Test(
        "date-times in all their forms, as the summary repeats them",
        arguments: [
            ("2026-05-06", "2026-05-06T00:00:00Z", "2026-05-06T00:00:00Z"),
            ("2026-05-06T17:00:00", "2026-05-06T17:00:00Z", "2026-05-06T17:00:00Z"),
            ("2026-05-06t17:00:00z", "2026-05-06T17:00:00Z", "2026-05-06T17:00:00Z"),
            ("2026-05-06T19:30:00%2B02:30", "2026-05-06T17:00:00Z", "2026-05-06T17:00:00Z"),
            // A + that was not encoded arrives as a space.
            ("2026-05-06T19:30:00+02:30", "2026-05-06T17:00:00Z", "2026-05-06T17:00:00Z"),
            ("2026-05-06T00:30:00-23:59", "2026-05-07T00:29:00Z", "2026-05-07T00:29:00Z"),
            ("2026-05-06T17:00:00-00:00", "2026-05-06T17:00:00Z", "2026-05-06T17:00:00Z"),
            ("2026-05-06T17:00:00.5Z", "2026-05-06T17:00:00.500000Z", "2026-05-06T17:00:00.500000Z"),
            ("2026-05-06T17:00:00.000000Z", "2026-05-06T17:00:00Z", "2026-05-06T17:00:00Z"),
            // `from` is rounded up to the microsecond, `to` down.
            ("2026-05-06T17:00:00.0000001Z", "2026-05-06T17:00:00.000001Z", "2026-05-06T17:00:00Z"),
            ("2026-05-06T16:59:59.999999999999999999999Z", "2026-05-06T17:00:00Z", "2026-05-06T16:59:59.999999Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z"),
            ("2017-01-01T08:59:60%2B09:00", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"), ("2000-02-29", "2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ]
    )
    func dateTimes(text: String, from: String, to: String) throws {
        let stage = try Stage.shared()
        let first = try dataOf(try stage.client.get("analytics/summary?from=\(text)", token: stage.token))
        #expect(JSONText.value("from", of: first) == "\"\(from)\"")
        let last = try dataOf(try stage.client.get("analytics/summary?from=0001-01-01&to=\(text)", token: stage.token))
        #expect(JSONText.value("to", of: last) == "\"\(to)\"")
    }

    @Test(
        "an id that is no UUID is 404, as one that nobody has",
        arguments: [
            "x", "1", "null", "30000000-0000-0000-0000-00000000000g", "30000000000000000000000000000001",
            "%7B30000000-0000-0000-0000-000000000001%7D",
            "30000000-0000-0000-0000-000000000001%00".replacing("%00", with: "%01"), "..%2Fusers", String(repeating: "a", count: 5_000), "'",
            "%F0%9F%98%80",
        ]
    )
    func ids(id: String) throws {
        let stage = try Stage.shared()
        for path in ["sessions", "scorecards"] {
            let strange = try stage.client.get("\(path)/\(id)", token: stage.token, fields: ["X-Request-Id: id"])
            let unknown = try stage.client.get("\(path)/\(newID())", token: stage.token, fields: ["X-Request-Id: id"])
            expectError(strange, 404, "not_found")
            #expect(Answer(strange) == Answer(unknown))
        }
    }
}
