import Foundation
import Support
import Testing

@testable import FuzzTargets

/// Records that were made at random, said to real workers by who is not nginx.
@Suite("Records that were made at random, before a pool")
struct WorkerFuzzTests {
    @Test("are answered where they are a request, and closed at once elsewhere; no worker grows, and none is lost")
    func records() throws {
        let database = try Cluster.shared.get().makeDatabase()
        let token = try database.makeToken(tenant: database.demoTenant())
        let deployment = try Deployment(database)
        let workers = deployment.workers
        let speaker = Speaker(socket: deployment.fastCGISocket, token: token, right: try deployment.client.get("sessions?limit=1", token: token).body)
        _ = try speaker.say(400, seed: 90)
        let before = try workers.map { try anonymousKilobytes(of: $0) }

        let count = Run.isLong ? 40_000 : 1_600
        let spoken = (0..<4).map { client in Background { try speaker.say(count / 4, seed: UInt64(91 + client)) } }
        var total = Speaker.Counts()
        for client in spoken { total += try client.value(seconds: 3_600) }
        #expect(total.faults == [])
        #expect(total.answered > count / 5 && total.closed > count / 5, "\(total)")

        // The same processes, which answer the next caller.
        #expect(deployment.workers == workers)
        #expect(try deployment.client.get("sessions?limit=1", token: token).body == speaker.right)
        for (worker, kilobytes) in zip(workers, before) {
            let now = try anonymousKilobytes(of: worker)
            #expect(Run.isSanitized || now < kilobytes + 512, "\(kilobytes) kB, then \(now)")
        }
        #expect(deployment.unexpectedLogLines() == [])
        Run.report(
            """
            fuzz: \(total.records) FastCGI records over \(total.answered + total.closed) connections to two workers, \(total.malformed) of these with \
            malformed records and \(total.unfinished) with unfinished ones: \(total.answered) answered, \(total.closed) closed, \(total.faults.count) otherwise \
            than they should be; \(deployment.lost(of: workers)) workers lost
            """
        )
    }

    private func anonymousKilobytes(of pid: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return try #require(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
    }
}

/// A client of the workers' socket.
private struct Speaker {
    struct Counts {
        var records = 0
        var answered = 0
        var closed = 0
        /// Connections whose records are malformed by the model, and such as end before their time.
        var malformed = 0
        var unfinished = 0
        /// What a worker did that it should not have done.
        var faults: [String] = []

        static func += (left: inout Counts, right: Counts) {
            left.records += right.records
            left.answered += right.answered
            left.closed += right.closed
            left.malformed += right.malformed
            left.unfinished += right.unfinished
            left.faults += right.faults
        }
    }

    let socket: String
    let token: String
    /// The body of the answer to a request that is not spoiled.
    let right: [UInt8]

    /// Says so many requests, each on a connection of its own: at once, in two parts, or with an end that comes before its time.
    func say(_ count: Int, seed: UInt64) throws -> Counts {
        var counts = Counts()
        let uri = "/api/v1/sessions?limit=1"
        let parameters = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", uri), ("HTTP_AUTHORIZATION", "Bearer \(token)"), ("REQUEST_ID", "fuzz")]
        var generator = RecordGenerator(parameters, generator: SeededGenerator(seed: seed))
        for number in 0..<count {
            let bytes = generator.next(spoiled: number % 3 != 0)
            // What is behind 64 kB is not looked at; what is whole before the rest is there may be answered.
            let cut = number % 5 == 0 ? bytes.count * (number % 11) / 11 : bytes.count
            let model = RecordsModel(Array(bytes.prefix(65_536)))
            switch model.verdict {
            case .complete: break
            case .malformed: counts.malformed += 1
            case .incomplete: counts.unfinished += 1
            }
            let answer = try exchange(Array(bytes[..<cut]), Array(bytes[cut...]))
            let mayBeAnswered = model.verdict == .complete || RecordsModel(Array(bytes[..<cut])).verdict == .complete
            if answer.isEmpty {
                counts.closed += 1
                if model.verdict == .complete { counts.faults.append("not answered: \(bytes)") }
            } else {
                counts.answered += 1
                if !mayBeAnswered { counts.faults.append("answered: \(bytes)") }
                if !isRight(answer, to: model) { counts.faults.append("\(String(decoding: answer, as: UTF8.self)): \(bytes)") }
            }
        }
        counts.records = generator.records
        return counts
    }

    private func exchange(_ first: [UInt8], _ second: [UInt8]) throws -> [UInt8] {
        let connection = try Socket(socket)
        // It may be closed before all was sent.
        try? connection.send(first)
        if !second.isEmpty { try? connection.send(second) }
        connection.finishSending()
        return connection.receiveAll()
    }

    /// Whether it ends as a response does, and, where the parameters are those that were meant, holds the answer to them.
    private func isRight(_ answer: [UInt8], to model: RecordsModel) -> Bool {
        // STDOUT's end, END_REQUEST of REQUEST_COMPLETE, and nothing behind.
        let end = Array(answer.suffix(24))
        guard end.count == 24, end[1] == 6, Array(end[4..<8]) == [0, 0, 0, 0], end[9] == 3, Array(end[16...]) == [UInt8](repeating: 0, count: 8)
        else {
            return false
        }
        guard model.verdict == .complete, model.value(of: "REQUEST_URI") == Array("/api/v1/sessions?limit=1".utf8),
            model.value(of: "REQUEST_METHOD") == Array("GET".utf8),
            model.value(of: "HTTP_AUTHORIZATION") == Array("Bearer \(token)".utf8)
        else { return true }
        return answer.dropLast(24).suffix(right.count) == right[...]
    }
}
