import JSON
import Support
import Testing

@testable import API

private let sessions: [Parameter] = [.limit, .from, .to, .userID, .cursor]
private let summary: [Parameter] = [.periodFrom, .periodTo]

/// 2026-05-06T17:00:00Z, the moment of the reference's examples.
private let noon = Instant(microseconds: 831_402_000_000_000)

private func parse(_ query: String, allowed: [Parameter] = sessions) throws(ParameterError) -> Parameters {
    try parse(Array(query.utf8), allowed: allowed)
}

private func parse(_ query: [UInt8], allowed: [Parameter] = sessions) throws(ParameterError) -> Parameters {
    var scratch: [UInt8] = []
    return try Parameters.parse(query: query.span, allowed: allowed, scratch: &scratch)
}

/// The error for `query`, or `nil` where it is taken.
private func refusal(_ query: String, allowed: [Parameter] = sessions) -> ParameterError? {
    do {
        _ = try parse(query, allowed: allowed)
        return nil
    } catch {
        return error
    }
}

private func name(of query: [UInt8]) -> String? {
    do {
        _ = try parse(query)
        return nil
    } catch {
        return error.parameter
    }
}

@Suite("Parameters")
struct ParametersTests {
    @Test("an empty query is the defaults", arguments: ["", "&", "&&"])
    func defaults(query: String) throws {
        let parameters = try parse(query)
        #expect(parameters == Parameters())
        #expect(parameters.limit == 50)
        #expect(parameters.upperBound == .beginning)
        #expect(parameters.lowerBound == .negativeInfinity)
    }

    @Test("all parameters at once, in any order, with every character escaped or none")
    func all() throws {
        var expected = Parameters()
        expected.limit = 7
        expected.from = noon.advanced(byMicroseconds: -7_200_000_000)
        expected.to = noon
        expected.userID = UUID(value: 0xa000_0000_0000_0000_0000_0000_0000_0002)
        expected.cursor = Cursor(before: noon, id: .zero)
        let pieces = [
            "limit=7", "from=2026-05-06T15:00:00Z", "to=2026-05-06T19%3A00%3A00+02:00", "user_id=A0000000-0000-0000-0000-000000000002",
            "%63%75%72%73%6f%72=2026-05-06T17:00:00Z",
        ]
        #expect(try parse(pieces.joined(separator: "&")) == expected)
        #expect(try parse("&" + pieces.reversed().joined(separator: "&&") + "&") == expected)
    }

    @Test("every limit from 1 to 100 is taken")
    func limits() throws {
        for limit in 1...100 {
            #expect(try parse("limit=\(limit)").limit == limit)
        }
        #expect(try parse("limit=%35%30").limit == 50)
    }

    @Test(
        "a limit is 1 to 100 without sign, blank, point, exponent or leading zero",
        arguments: [
            "", "0", "00", "05", "050", "001", "101", "110", "200", "999", "1000", "-1", "-0", "%2B5", "+5", "5+", "%205", "5%20", "5%0A", "%095",
            "1e1", "5.0", "0x5",
            "5,", "five", "null", "%D9%A3", "٣", "５", "%00", "5%00", "1_0", "18446744073709551617", "9223372036854775808", "4294967301", "257", "306",
            "%2A", "1/", "1:", "99999999999999999999999999999999999999999999",
        ]
    )
    func badLimits(value: String) {
        #expect(refusal("limit=\(value)") == ParameterError(parameter: "limit", message: "limit must be an integer from 1 to 100"))
    }

    @Test(
        "a name alone, and a name with nothing behind the equals sign, have the empty value, which no parameter takes",
        arguments: ["limit", "from", "to", "user_id", "cursor"]
    )
    func emptyValues(parameter: String) {
        #expect(refusal(parameter)?.parameter == parameter)
        #expect(refusal(parameter + "=")?.parameter == parameter)
        #expect(refusal(parameter + "=%00")?.parameter == parameter)
        #expect(refusal(parameter + "=%20")?.parameter == parameter)
    }

    @Test(
        "a date-time that is refused says whether it is its form, the calendar, or the years",
        arguments: [
            ("tomorrow", "must be an RFC 3339 date-time, such as 2026-05-06T17:00:00Z"),
            ("2026-05-06T17:00Z", "must be an RFC 3339 date-time, such as 2026-05-06T17:00:00Z"),
            ("2026-05-06T17:00:00Z%00", "must be an RFC 3339 date-time, such as 2026-05-06T17:00:00Z"),
            ("99999-01-01", "must be an RFC 3339 date-time, such as 2026-05-06T17:00:00Z"),
            ("2026-02-30", "is a date or a time that does not exist"),
            ("2026-05-06T24:00:00Z", "is a date or a time that does not exist"),
            ("2026-05-06T17:00:60Z", "is a date or a time that does not exist"),
            ("0000-01-01", "must be within the years 1 to 9999 in UTC"),
            ("9999-12-31T23:59:59-00:01", "must be within the years 1 to 9999 in UTC"),
            ("9999-12-31T23:59:60Z", "must be within the years 1 to 9999 in UTC"),
        ]
    )
    func badDates(value: String, fault: String) {
        #expect(refusal("from=\(value)") == ParameterError(parameter: "from", message: "from \(fault)"))
        #expect(refusal("to=\(value)") == ParameterError(parameter: "to", message: "to \(fault)"))
    }

    @Test("a plus in the offset is taken for one whether it was escaped or came as a space", arguments: ["%2B", "+", "%20", " "])
    func plus(sign: String) throws {
        #expect(try parse("from=2026-05-06T19:00:00\(sign)02:00").from == noon)
    }

    @Test("from is rounded up and to down, so that both stay within what was asked for")
    func rounding() throws {
        let parameters = try parse("from=2026-05-06T17:00:00.0000001Z&to=2026-05-06T17:00:00.9999999Z")
        #expect(parameters.from == noon.advanced(byMicroseconds: 1))
        #expect(parameters.to == noon.advanced(byMicroseconds: 999_999))
        #expect(try parse("from=9999-12-31T23:59:59.9999999Z").from == Instant.latest.advanced(byMicroseconds: 1))
    }

    @Test(
        "a user_id is a UUID",
        arguments: ["me", "1", "a0000000000000000000000000000002", "{a0000000-0000-0000-0000-000000000002}", "'%20or%201=1"]
    )
    func badUserIDs(value: String) {
        #expect(refusal("user_id=\(value)")?.parameter == "user_id")
    }

    @Test(
        "a cursor is what the API made",
        arguments: ["0", "2026-13-01", "MjAyNg", "2026-05-06T17:00:00.000001\(String(repeating: "9", count: 39))Z"]
    )
    func badCursors(value: String) {
        let message = "cursor must be the next_cursor of the previous response, unchanged"
        #expect(refusal("cursor=\(value)") == ParameterError(parameter: "cursor", message: message))
    }

    @Test("the first fault from the left is the one that is told")
    func firstFault() {
        #expect(refusal("limit=0&from=x&nope=1")?.parameter == "limit")
        #expect(refusal("from=x&limit=0&nope=1")?.parameter == "from")
        #expect(refusal("nope=1&limit=0&from=x")?.parameter == "nope")
        #expect(refusal("limit=5&limit=0&nope=1")?.message == "given more than once")
        #expect(refusal("from=2026-05-07&to=2026-05-06&limit=0")?.parameter == "limit")
    }

    @Test(
        "a parameter is given once, whatever its values and however its name is written",
        arguments: ["limit=5&limit=5", "limit=5&to=2026-05-06&%6Cimit=6", "limit=5&limit"]
    )
    func repeated(query: String) {
        #expect(refusal(query) == ParameterError(parameter: "limit", message: "given more than once"))
    }
}

@Suite("Names of refused parameters")
struct ParameterNameTests {
    @Test(
        "a name the endpoint does not have is echoed as it was sent",
        arguments: [
            ("nope=1", "nope"), ("nope", "nope"), ("=1", ""), ("Limit=5", "Limit"), ("limit%20=5", "limit%20"), ("limit%00=5", "limit%00"),
            ("limi=5", "limi"), ("limits=5", "limits"),
            ("lim%C3%ADt=5", "lim%C3%ADt"), ("%22%3Cb%3E=1", "%22%3Cb%3E"), ("\"'<b>\\=1", "\"'<b>\\"), ("\u{1}\n=1", "\u{1}\n"),
            ("límit=1", "límit"), ("a+b=1", "a+b"),
            ("user_id[]=1", "user_id[]"), ("userId=1", "userId"), ("limit\u{301}=1", "limit\u{301}"),
        ]
    )
    func unknown(query: String, parameter: String) {
        #expect(refusal(query) == ParameterError(parameter: parameter, message: "unknown parameter"))
    }

    @Test(
        "an endpoint has its own parameters and no others",
        arguments: ["limit=5", "user_id=a0000000-0000-0000-0000-000000000002", "cursor=2026-05-06"]
    )
    func otherEndpoints(query: String) {
        #expect(refusal(query, allowed: summary)?.message == "unknown parameter")
        #expect(refusal(query, allowed: [])?.message == "unknown parameter")
        #expect(refusal(query) == nil)
    }

    @Test("broken percent-encoding is told of the name as it was sent, and of a value by the parameter's name")
    func brokenEncoding() {
        #expect(refusal("l%69mi%=5") == ParameterError(parameter: "l%69mi%", message: "broken percent-encoding"))
        #expect(refusal("limit=%") == ParameterError(parameter: "limit", message: "broken percent-encoding"))
        #expect(refusal("l%69mit=%4") == ParameterError(parameter: "limit", message: "broken percent-encoding"))
        #expect(refusal("to=2026%zz") == ParameterError(parameter: "to", message: "broken percent-encoding"))
        #expect(refusal("nope=%zz") == ParameterError(parameter: "nope", message: "unknown parameter"))
        #expect(refusal("%ff=1") == ParameterError(parameter: "%ff", message: "not valid UTF-8"))
        #expect(refusal("limit=%C0%B5") == ParameterError(parameter: "limit", message: "not valid UTF-8"))
    }

    @Test("a name of 64 bytes is echoed whole, and of a longer one 64 bytes")
    func length() {
        #expect(refusal(String(repeating: "n", count: 64))?.parameter == String(repeating: "n", count: 64))
        #expect(refusal(String(repeating: "n", count: 65))?.parameter == String(repeating: "n", count: 64))
        #expect(refusal(String(repeating: "n", count: 8_000))?.parameter == String(repeating: "n", count: 64))
    }

    @Test("the cut is between characters", arguments: ["é", "€", "𝄞"])
    func cut(character: String) {
        let size = character.utf8.count
        for before in 60...64 {
            let start = String(repeating: "n", count: before)
            let parameter = refusal("\(start)\(character)\(character)=1")?.parameter
            #expect(parameter == start + String(repeating: character, count: min(2, (64 - before) / size)))
        }
    }

    @Test("a name that is not UTF-8 is repaired, and is not longer than 64 bytes for that")
    func notUTF8() {
        #expect(name(of: [0x61, 0xff, 0x62]) == "a\u{fffd}b")
        #expect(name(of: [UInt8](repeating: 0xff, count: 100)) == String(repeating: "\u{fffd}", count: 21))
        for length in 58...70 {
            let parameter = name(of: [UInt8](repeating: 0x6e, count: length) + [0xf0, 0x9d, 0x84])
            #expect((parameter?.utf8.count ?? 65) <= 64)
            #expect(parameter?.hasPrefix(String(repeating: "n", count: min(length, 64))) == true)
        }
    }

    @Test("no bytes make it trap, and each name that is echoed is 64 bytes of UTF-8 at most")
    func anyBytes() {
        var generator = SeededGenerator(seed: 12)
        let alphabet = Array("limtfroucsed_&&==%%+05T:Z-\"\\\0é".utf8) + [0xff, 0xc0, 0xf0]
        for _ in 0..<5_000 {
            let query = (0..<Int.random(in: 0...90, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            #expect((name(of: query) ?? "").utf8.count <= ParameterError.longestName)
        }
    }
}

@Suite("Periods")
struct PeriodTests {
    private let thirtyDays: Int64 = 30 * 86_400_000_000

    @Test("from after to names from")
    func order() {
        let error = ParameterError(parameter: "from", message: "from must not be after to")
        #expect(refusal("from=2026-05-06T17:00:00.000001Z&to=2026-05-06T17:00:00Z") == error)
        #expect(refusal("to=2026-05-05&from=2026-05-06") == error)
        #expect(refusal("from=2026-05-06&to=2026-05-06") == nil)
        #expect(refusal("from=2026-05-06T02:00:00%2B02:00&to=2026-05-06T00:00:00Z") == nil)
        #expect(refusal("from=9999-12-31") == nil)
    }

    @Test("a period that holds no whole microsecond is refused")
    func withinAMicrosecond() {
        #expect(refusal("from=2026-05-06T17:00:00.0000001Z&to=2026-05-06T17:00:00.0000009Z")?.parameter == "from")
    }

    @Test("without from and to it is the 30 days up to now")
    func defaults() throws {
        let period = try parse("", allowed: summary).period(now: noon)
        #expect(period.to == noon)
        #expect(period.from == noon.advanced(byMicroseconds: -thirtyDays))
        #expect(period.from.description == "2026-04-06T17:00:00Z")
    }

    @Test("without from it is the 30 days up to the end that was given")
    func toAlone() throws {
        let period = try parse("to=2020-01-31", allowed: summary).period(now: noon)
        #expect(period.from.description == "2020-01-01T00:00:00Z")
        #expect(period.to.description == "2020-01-31T00:00:00Z")
    }

    @Test("the default beginning is not before the year 1", arguments: ["0001-01-01", "0001-01-15T12:00:00Z", "0001-01-31"])
    func clamped(to: String) throws {
        #expect(try parse("to=\(to)", allowed: summary).period(now: noon).from == .earliest)
    }

    @Test("from after now names from where to is the default, and now itself is no fault")
    func fromAfterNow() throws {
        #expect(throws: ParameterError(parameter: "from", message: "from must not be after to")) {
            try parse("from=2026-05-06T17:00:00.000001Z", allowed: summary).period(now: noon)
        }
        let period = try parse("from=2026-05-06T17:00:00Z", allowed: summary).period(now: noon)
        #expect(period.from == period.to)
    }

    @Test("the upper bound of a page is the lesser of the cursor and the microsecond after to")
    func upperBound() throws {
        let cursor = Cursor(before: noon, id: UUID(value: 5))
        let text = cursor.text
        #expect(try parse("cursor=\(text)").upperBound == cursor)
        #expect(try parse("cursor=\(text)&to=2026-05-06T17:00:00Z").upperBound == cursor)
        #expect(try parse("cursor=\(text)&to=2026-05-06T16:59:59.999999Z").upperBound == Cursor(before: noon, id: .zero))
        #expect(try parse("to=2026-05-06T17:00:00Z").upperBound == Cursor(before: noon.advanced(byMicroseconds: 1), id: .zero))
        #expect(try parse("from=2026-05-06T17:00:00Z").lowerBound == noon)
    }
}

@Suite("The list of parameters")
struct ParameterListTests {
    @Test("names are the reference's, and each has words and a schema that is an object")
    func documentation() {
        #expect(sessions.map(\.name) == ["limit", "from", "to", "user_id", "cursor"])
        #expect(summary.map(\.name) == ["from", "to"])
        for parameter in sessions + summary {
            #expect(!parameter.summary.isEmpty)
            #expect(!parameter.type.isEmpty)
            #expect(parameter.schema.description.hasPrefix(#"{"type":""#))
            #expect(parameter.schema.description.hasSuffix("}"))
        }
    }
}
