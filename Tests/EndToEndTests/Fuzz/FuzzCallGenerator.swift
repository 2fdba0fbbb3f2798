import API
import Support

@testable import FuzzTargets

/// Requests from the table of endpoints: each parameter valid, at its bounds, beyond them, twice, unknown or oddly encoded, with any method, token
/// and fields.
struct FuzzCallGenerator {
    private let place: FuzzPlace
    private var generator: SeededGenerator

    init(_ place: FuzzPlace, seed: UInt64) {
        self.place = place
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> FuzzCall {
        var call = FuzzCall()
        makePath(&call)
        makeQuery(&call)
        makeFields(&call)
        if oneIn(5) {
            call.method = pick(["HEAD", "HEAD", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "GETS", "G", "TRACE", "CONNECT"])
        }
        // Most requests are of somebody who may ask.
        call.token = oneIn(3) ? pick(place.tokens) : place.tokens[oneIn(8) ? 1 : 0]
        if oneIn(40) { spoil(&call) }
        return call
    }

    private mutating func makePath(_ call: inout FuzzCall) {
        let endpoint = pick(Endpoint.all)
        call.endpoint = endpoint
        call.path = endpoint.path
        if endpoint.path.hasSuffix(":id") {
            call.id = makeID()
            call.path = endpoint.path.replacing(":id", with: call.id)
        }
        guard oneIn(15) else { return }
        call.endpoint = nil
        switch number(0...5) {
        case 0: call.path += "/"
        case 1: call.path += pick(["%20", ";a=b", "#a", ".json", "//", "/x/y", "\\"]) + (endpoint.path.hasSuffix(":id") ? "/" : "")
        case 2: call.path = call.path.replacing("/api/v1/", with: pick(["/api//v1/", "/api/./v1/", "/api%2Fv1/", "/API/v1/", "/api/v2/", "/"]))
        case 3: call.path = pick(["/api", "/api/", "/api/v1", "/api/v1/", "/favicon.ico", "/_error", "/api/v1/nothing", "/api/v1/sessions/a/b"])
        case 4: call.path = endpoint.path.uppercased()
        default: call.path = endpoint.path.replacing("s", with: "%73").replacing(":id", with: "x")
        }
    }

    private mutating func makeID() -> String {
        let rows = place.tenants[oneIn(3) ? 1 : 0]
        let session = pick(rows.sessions)
        let id = oneIn(2) ? session.id : session.scorecard ?? pick(rows.users)
        switch number(0...9) {
        case 0: return id.uppercased()
        case 1: return newID()
        case 2: return pick(["x", "1", "null", "%F0%9F%98%80", "é", "'", "..%2Fusers", "%7B\(id)%7D", "\(id)0", String(id.dropLast())])
        case 3: return id.replacing("-", with: "")
        default: return id
        }
    }

    // MARK: - The query

    private mutating func makeQuery(_ call: inout FuzzCall) {
        var pieces: [String] = []
        for parameter in call.endpoint?.parameters ?? [] where oneIn(3) {
            pieces.append("\(encode(parameter.name))=\(encode(makeValue(of: parameter.name)))")
        }
        if oneIn(10) { pieces.insert(makeStrange(), at: number(0...pieces.count)) }
        if oneIn(15), let piece = pieces.first { pieces.append(piece) }
        if oneIn(15) { pieces.insert("", at: number(0...pieces.count)) }
        pieces.shuffle(using: &generator)
        call.query = Array(pieces.joined(separator: "&").utf8)
        // Bytes that are no UTF-8 pass through nginx.
        if oneIn(60), !call.query.isEmpty { call.query[number(0...call.query.count - 1)] = UInt8(number(128...255)) }
    }

    /// What is no parameter of the endpoint, or nothing that can be one.
    private mutating func makeStrange() -> String {
        switch number(0...3) {
        case 0: return "\(pick(["limit", "from", "to", "user_id", "cursor"]))=\(encode(makeValue(of: "limit")))"
        case 1:
            return pick([
                "x=1", "Limit=1", "limit[]=1", "=1", "=", "%=1", "%zz=1", "%ff", "limit", "from", "a\"b=1", "</script>=1", "offset=0", "ключ=1",
            ])
        case 2: return String(repeating: pick(["a", "é", "😀", "%"]), count: number(1...200)) + "=1"
        default: return pick(["limit=%", "limit=%1", "to=%ED%A0%80", "cursor=%C0%80", "user_id=%00", "limit=1=1", "limit=1;to=2"])
        }
    }

    private mutating func makeValue(of name: String) -> String {
        switch name {
        case "limit":
            return oneIn(2) ? "\(number(1...100))" : pick(["0", "1", "100", "101", "-1", "01", "1e1", "+5", " 5", "", "٥", "99999999999999999999"])
        case "user_id":
            let user = pick(place.tenants[oneIn(4) ? 1 : 0].users)
            return oneIn(4) ? pick([user.uppercased(), newID(), "x", "", "\(user)0", "{\(user)}", user.replacing("-", with: "")]) : user
        case "cursor" where oneIn(2): return makeCursor()
        default: return oneIn(4) ? makeOddDateTime() : makeDateTime()
        }
    }

    /// Beside the sessions, or far from them.
    private mutating func makeDateTime() -> String {
        let moment = FuzzPlace.noon + Int64(number(-2...12)) * 3_600_000_000 + Int64(number(-1...1))
        let text = CalendarModel.text(moment)
        switch number(0...6) {
        case 0: return String(text.prefix(10))
        case 1: return text.lowercased()
        case 2: return String(text.dropLast())
        case 3: return text.dropLast() + pick(["+02:30", "-05:00", "+00:00", "-23:59"])
        case 4: return CalendarModel.text(moment - moment % 1_000_000).dropLast() + ".\(number(0...9_999_999))Z"
        default: return text
        }
    }

    private mutating func makeOddDateTime() -> String {
        pick([
            "", "0001-01-01", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:60Z", "0000-01-01", "2026-02-29", "2024-02-29", "2026-05-06T24:00:00Z",
            "2026-05-06T17:00:60Z", "2016-12-31T23:59:60Z", "infinity", "now", "1778086800", "2026-05-06 17:00:00Z", "2026-05-06T17:00:00+24:00",
            "10000-01-01",
            "2026-05-06T17:00:00.Z", "0001-01-01T00:00:00+00:01", "9998-01-01", "2026-05-06T17:00:00.0000001Z", "null", "2026-05-06T17:00:00Z\u{0}",
        ])
    }

    private mutating func makeCursor() -> String {
        let session = pick(place.tenants[oneIn(4) ? 1 : 0].sessions)
        let id = UUIDModel.value(Array(session.id.utf8)) ?? 0
        return oneIn(2) ? CalendarModel.text(session.startedAt) : CalendarModel.text(session.startedAt + 1, tail: oneIn(10) ? .max : id)
    }

    /// Escapes what has to be, and sometimes what has not.
    private mutating func encode(_ text: String) -> String {
        let isEager = oneIn(4)
        return text.utf8.map { byte -> String in
            let isPlain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:".utf8.contains(byte)
            guard !isPlain || isEager && oneIn(3) else { return String(Unicode.Scalar(byte)) }
            // An offset's + is understood.
            if byte == UInt8(ascii: "+"), oneIn(2) { return "+" }
            let digits = String(byte, radix: 16, uppercase: oneIn(2))
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }
        .joined()
    }

    // MARK: - Fields

    private mutating func makeFields(_ call: inout FuzzCall) {
        if oneIn(2) {
            let id = pick([
                "a", "A-Z.0_9", String(repeating: "x", count: 128), String(repeating: "x", count: 129), "", "a b", "é", "\"", "a\\", "<a>",
                "$request_id",
            ])
            call.fields.append("X-Request-Id: \(id)")
            let isGood = 1...128 ~= id.count && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
            call.requestID = isGood ? id : nil
        }
        for _ in 0..<number(0...2) {
            let field = pick(Self.otherFields)
            // Of those that nginx knows it takes no second one.
            let name = field.prefix { $0 != ":" }
            if !call.fields.contains(where: { $0.hasPrefix(name) }) { call.fields.append(field) }
        }
    }

    /// What must not change anything.
    private static let otherFields = [
        "If-None-Match: \"x\", W/\"y\"", "If-None-Match:", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "If-Match: \"x\"",
        "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "Accept: text/html", "Accept: */*;q=0", "Accept-Encoding: identity",
        "Range: bytes=0-5",
        "Range: bytes=-1,5-2", "Cookie: a=b", "Origin: http://other.test", "X-Forwarded-For: 1.2.3.4", "X-Http-Method-Override: DELETE",
        "Request_Uri: /api/v1/users", "Accept-Language: \u{e9}", "Upgrade: h2c", "Content-Type: application/json", "Te: trailers",
        "Proxy: http://x",
        "Referer: \(String(repeating: "a", count: 2_000))", "Authorization2: Bearer x",
    ]

    /// Makes it a request that nginx cannot parse.
    private mutating func spoil(_ call: inout FuzzCall) {
        call.isBroken = true
        call.requestID = nil
        switch number(0...5) {
        case 0: call.path = "/%zz" + call.path
        case 1: call.path = "/%00" + call.path
        case 2: call.path = "/../.." + call.path
        case 3: call.query += [UInt8(number(1...8))]
        case 4: call.method = "get"
        default: call.fields.append("A B: c")
        }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }

    private mutating func pick<Element>(_ list: [Element]) -> Element { list[number(0...list.count - 1)] }
}
