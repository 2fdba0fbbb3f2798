import API
import Foundation
import Support
import Testing

@testable import FuzzTargets

/// What the table of endpoints says must come, comes: status, parameter, shape and rows.
@Suite("Requests that are made from the table of endpoints")
struct HTTPFuzzTests {
    private struct Counts {
        /// What was predicted, in a word, and how often.
        var predicted: [String: Int] = [:]
        /// Answers of another status than was predicted.
        var otherwise = 0
        /// Answers with rows that are not the caller's.
        var foreign = 0

        static func += (left: inout Counts, right: Counts) {
            left.predicted.merge(right.predicted, uniquingKeysWith: +)
            left.otherwise += right.otherwise
            left.foreign += right.foreign
        }
    }

    @Test("have the status, the parameter and the rows that the table predicts; none is a 5xx, no body is foreign, and no log has an error")
    func requests() throws {
        let place = try FuzzPlace()
        let count = Run.isLong ? 100_000 : 2_000
        // Two clients, and a seed of its own each.
        let clients = (0..<2).map { client in
            Background { () throws -> Counts in
                var generator = FuzzCallGenerator(place, seed: UInt64(81 + client))
                var counts = Counts()
                for _ in 0..<count / 2 { try Self.ask(generator.next(), place, &counts) }
                return counts
            }
        }
        var counts = Counts()
        for client in clients { counts += try client.value(seconds: 3_600) }
        for code in [
            "data", "invalid_parameter", "missing_token", "invalid_token", "insufficient_scope", "not_found", "method_not_allowed", "bad_request",
        ] {
            #expect(counts.predicted[code] ?? 0 > count / 200, "\(code) of \(counts)")
        }
        #expect(place.deployment.unexpectedLogLines() == [])
        let table = counts.predicted.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        Run.report(
            """
            fuzz: \(counts.predicted.values.reduce(0, +)) HTTP requests made from the table of endpoints, which predicts: \(table); \
            \(counts.otherwise) of another status, \(counts.foreign) with foreign rows
            """
        )
    }

    private static func ask(_ fuzz: FuzzCall, _ place: FuzzPlace, _ counts: inout Counts) throws {
        let call = fuzz.call
        let prediction = fuzz.prediction(place, now: now())
        let response = try place.deployment.client.send(call)
        let comment = Comment(rawValue: String(decoding: call.bytes.prefix(1_500), as: UTF8.self).debugDescription)
        if let id = fuzz.requestID { #expect(response.field("X-Request-Id") == id, comment) }
        if fuzz.method == "HEAD" {
            expectHead(response, prediction, comment)
        } else {
            switch prediction {
            case .error(let status, let code, let parameter): expectError(response, status, code, parameter: parameter, comment)
            case .data: try expectData(response, of: fuzz, place, comment)
            }
        }
        let (status, word) = if case .error(let status, let code, _) = prediction { (status, code) } else { (200, "data") }
        counts.predicted[word, default: 0] += 1
        if response.status != status { counts.otherwise += 1 }
        if isForeign(response, fuzz, place) { counts.foreign += 1 }
    }

    private static func isForeign(_ response: Client.Response, _ fuzz: FuzzCall, _ place: FuzzPlace) -> Bool {
        guard response.status == 200 else { return false }
        let others = if case .tenant(let tenant, _) = fuzz.token.meaning { [place.tenants[1 - tenant]] } else { place.tenants }
        return others.contains { response.text.contains($0.prefix) }
    }

    /// Microseconds since 2000.
    private static func now() -> Int64 { Int64((Date().timeIntervalSince1970 - 946_684_800) * 1_000_000) }

    private static func expectHead(_ response: Client.Response, _ prediction: FuzzCall.Prediction, _ comment: Comment) {
        let status = if case .error(let status, _, _) = prediction { status } else { 200 }
        #expect(response.status == status && response.body.isEmpty, comment)
        expectCommonFields(response, comment)
    }

    private static func expectData(_ response: Client.Response, of fuzz: FuzzCall, _ place: FuzzPlace, _ comment: Comment) throws {
        guard let endpoint = fuzz.endpoint, case .values(let values) = fuzz.values, case .tenant(let tenant, _) = fuzz.token.meaning else { return }
        guard response.status == 200 else {
            Issue.record("\(response.status) \(response.text.prefix(300)) \(comment)")
            return
        }
        #expect(!response.text.contains(place.tenants[1 - tenant].prefix), comment)
        let data = try dataOf(response, comment)
        #expect(JSONText.keys(response.text) == ["ok", "data"] + (endpoint.shape == .page ? ["next_cursor"] : []), comment)
        let rows = endpoint.shape == .one ? [data] : JSONText.elements(data)
        for row in rows { expectRow(row, of: endpoint, comment) }
        let judge = FuzzRowJudge(rows: place.tenants[tenant], values: values)
        switch endpoint.name {
        case "list_sessions": #expect(judge.page == FuzzRowJudge.Page(response), comment)
        case "summarize":
            // Where no end is given it is now, and all sessions are before it.
            #expect(JSONText.members(data).dropFirst(2).map(\.value) == judge.summary(from: JSONText.value("from", of: data)), comment)
        case "list_users": #expect(Set(rows.map { JSONText.value("id", of: $0) }) == Set(judge.rows.users.map { "\"\($0)\"" }), comment)
        case "list_scenarios": #expect(Set(rows.map { JSONText.value("id", of: $0) }) == Set(judge.rows.scenarios.map { "\"\($0)\"" }), comment)
        default: #expect(JSONText.value("id", of: data) == fuzz.row(of: judge.rows, for: endpoint).map { "\"\($0)\"" }, comment)
        }
    }

    /// Keys and types as the table has them.
    private static func expectRow(_ row: String, of endpoint: Endpoint, _ comment: Comment) {
        let members = JSONText.members(row)
        #expect(members.map(\.key) == endpoint.columns.map(\.name), comment)
        for (member, column) in zip(members, endpoint.columns) {
            let isRight = column.isNullable && member.value == "null" || isValue(member.value, of: column.kind)
            #expect(isRight, "\(member) \(comment)")
        }
    }

    private static func isValue(_ text: String, of kind: Column.Kind) -> Bool {
        let inner = Array(text.utf8.dropFirst().dropLast())
        switch kind {
        case .uuid: return UUIDModel.value(inner).map { "\"\(UUIDModel.text($0))\"" } == text
        case .dateTime:
            guard case .moment(let moment, false, _, nil) = DateTimeModel(inner) else { return false }
            return "\"\(CalendarModel.text(moment))\"" == text
        case .integer, .bigint: return Int64(text).map { "\($0)" } == text
        case .text: return text.first == "\"" && JSONValue(parsing: Array(text.utf8))?.string != nil
        case .json: return JSONValue(parsing: Array(text.utf8)) != nil
        }
    }
}
