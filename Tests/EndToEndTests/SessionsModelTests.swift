import Foundation
import Support
import Testing

/// Sessions as plain values: filtered and sorted by the standard library, as judge of what the API answers.
struct SessionsModel {
    struct Row {
        let id: String
        let user: String
        /// Microseconds since 1970.
        let startedAt: Int64
    }

    struct Filter {
        var from: Int64?
        var to: Int64?
        var user: String?

        func includes(_ row: Row) -> Bool {
            row.startedAt >= from ?? .min && row.startedAt <= to ?? .max && (user == nil || row.user == user)
        }
    }

    private(set) var rows: [Row] = []

    mutating func add(_ row: Row) { rows.append(row) }

    func list(_ filter: Filter) -> [Row] {
        rows.filter(filter.includes).sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }
    }

    /// An instant as the API writes it, made by the C library.
    static func text(_ microseconds: Int64) -> String {
        var (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000) }
        var time = Int(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let date = String(format: "%04d-%02d-%02d", parts.tm_year + 1_900, parts.tm_mon + 1, parts.tm_mday)
        let clock = String(format: "%02d:%02d:%02d", parts.tm_hour, parts.tm_min, parts.tm_sec)
        return "\(date)T\(clock)" + (fraction == 0 ? "Z" : String(format: ".%06dZ", fraction))
    }
}

/// Random sessions, of which many share an instant, random filters and full walks by cursor.
@Suite("Sessions against a model")
struct SessionsModelTests {
    /// A seed that is always tried, and one that never was: a failure prints it.
    private static let seeds = [1, UInt64.random(in: .min ... .max)]

    @Test("every walk through the list is the plain filter and sort of the rows", arguments: seeds)
    func walks(seed: UInt64) throws {
        var world = try World(seed: seed)
        try world.insert(count: 3_000)
        for _ in 0..<60 {
            let (filter, query) = world.randomFilter()
            let limit = Int.random(in: 1...100, using: &world.generator)
            let wanted = world.model.list(filter)
            var seen: [(id: String, startedAt: String)] = []
            try world.walk(query: query, limit: limit, atMost: 25) { page, isLast in
                seen += page
                try #require(page.count == limit || isLast, "seed \(seed): \(query) at limit \(limit)")
                try #require(!isLast || seen.count == wanted.count, "seed \(seed): \(query) at limit \(limit)")
            }
            let expected = wanted.prefix(seen.count).map { ($0.id, SessionsModel.text($0.startedAt)) }
            let difference = zip(seen, expected).enumerated().first { $1.0 != $1.1 }
            try #require(difference == nil, "seed \(seed): \(query) at limit \(limit)")
        }
    }

    @Test("whatever is inserted during a walk, no row that was there is repeated or left out", arguments: seeds)
    func inserts(seed: UInt64) throws {
        var world = try World(seed: seed)
        try world.insert(count: 600)
        for limit in [1, 2, 3, 7, 20, 33, 50, 100] {
            let (filter, query) = world.randomFilter()
            let before = world.model.list(filter).map(\.id)
            var seen: [String] = []
            var pages = 0
            // The inserts end, and so does the walk.
            try world.walk(query: query, limit: limit, atMost: .max) { page, _ in
                seen += page.map(\.id)
                pages += 1
                if pages < 100 { try world.insert(count: 2) }
            }
            let comment: Comment = "seed \(seed): \(query) at limit \(limit)"
            // Counts, since a failure would print thousands of ids.
            try #require(seen.count - Set(seen).count == 0, comment)
            try #require(Set(before).subtracting(seen).count == 0, comment)
            // The order holds for the new ones, too.
            let order = world.model.list(filter).map(\.id).filter(Set(seen).contains)
            let isOrdered = seen == order
            try #require(isOrdered, comment)
        }
    }
}

/// A tenant with random sessions, and their model.
private struct World {
    let stage: Stage
    let tenant: Tenant
    private let users: [String]
    private let scenario: String
    private var instants: [Int64] = []
    var generator: SeededGenerator
    var model = SessionsModel()

    init(seed: UInt64) throws {
        stage = try Stage.shared()
        tenant = try Tenant(stage.database)
        let tenant = tenant
        users = try (0..<5).map { try tenant.addUser("User \($0)") }
        scenario = try tenant.addScenario()
        generator = SeededGenerator(seed: seed)
        for number in 0..<400 {
            // Around 1970, where microseconds turn negative, and in May 2026; neighbours by a microsecond, and whole seconds.
            let base: Int64 = number % 4 == 0 ? 0 : 1_778_086_800_000_000
            let offset: Int64
            switch number % 3 {
            case 0: offset = Int64.random(in: -5...5, using: &generator)
            case 1: offset = Int64.random(in: -100_000...100_000, using: &generator) * 1_000_000
            default: offset = Int64.random(in: -100_000_000_000...100_000_000_000, using: &generator)
            }
            instants.append(base + offset)
        }
    }

    private mutating func randomID() -> String {
        let bytes = (0..<16).map { _ in String(format: "%02x", UInt8.random(in: .min ... .max, using: &generator)) }.joined()
        let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in String(Array(bytes)[range]) }
        return cuts.joined(separator: "-")
    }

    private mutating func randomInstant() -> Int64 { instants.randomElement(using: &generator) ?? 0 }

    mutating func insert(count: Int) throws {
        var values: [String] = []
        for _ in 0..<count {
            let row = SessionsModel.Row(id: randomID(), user: users.randomElement(using: &generator) ?? "", startedAt: randomInstant())
            model.add(row)
            values.append(
                "('\(tenant.id)', '\(row.id)', '\(row.user)', '\(scenario)', 'completed', 'epoch'::timestamptz + \(row.startedAt) * interval '1us')"
            )
        }
        let columns = "tenant_id, id, user_id, scenario_id, status, started_at"
        try stage.database.script("insert into sessions (\(columns)) values \(values.joined(separator: ","))")
    }

    /// A filter, and the query that asks for it.
    mutating func randomFilter() -> (SessionsModel.Filter, String) {
        var filter = SessionsModel.Filter()
        var pieces: [String] = []
        var ends = [randomInstant() + Int64.random(in: -1...1, using: &generator), randomInstant() + Int64.random(in: -1...1, using: &generator)]
        ends.sort()
        if Bool.random(using: &generator) {
            let isBetween = Bool.random(using: &generator) && ends[0] < ends[1]
            // Between two microseconds: rounded up.
            filter.from = ends[0] + (isBetween ? 1 : 0)
            pieces.append("from=\(written(ends[0], extraDigits: isBetween ? "0001" : ""))")
        }
        if Bool.random(using: &generator) {
            filter.to = ends[1]
            pieces.append("to=\(written(ends[1], extraDigits: Bool.random(using: &generator) ? "999" : ""))")
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            filter.user = users.randomElement(using: &generator)
            pieces.append("user_id=\(filter.user ?? "")")
        }
        pieces.shuffle(using: &generator)
        return (filter, pieces.joined(separator: "&"))
    }

    private mutating func written(_ instant: Int64, extraDigits: String) -> String {
        let hours = Int64.random(in: -23...23, using: &generator)
        // An hour ahead is written an hour later.
        var text = SessionsModel.text(instant + hours * 3_600_000_000).dropLast()
        if !text.contains(".") { text += ".000000" }
        let offset = hours == 0 ? "Z" : String(format: "%@%02d:00", hours < 0 ? "-" : "%2B", abs(hours))
        return text + extraDigits + offset
    }

    /// Asks for page after page, and hands each over.
    func walk(query: String, limit: Int, atMost pages: Int, body: ([(id: String, startedAt: String)], Bool) throws -> Void) throws {
        var cursor: String?
        for _ in 0..<pages {
            let place = cursor.map { "&cursor=\($0)" } ?? ""
            let response = try stage.client.get("sessions?limit=\(limit)&\(query)\(place)", token: tenant.token)
            try #require(response.status == 200 && response.isWhole, "\(query)\(place): \(response.text)")
            let rows = try #require(response.json?["data"]?.array)
            cursor = response.json?["next_cursor"]?.string
            try body(rows.map { ($0["id"]?.string ?? "", $0["started_at"]?.string ?? "") }, cursor == nil)
            if cursor == nil { return }
        }
    }
}
