import Foundation
import Support
import Testing
import Waiting

@testable import FastCGI
@testable import FuzzTargets

@Suite("Records that were made at random, beside a model")
struct RecordFuzzTests {
    private static let parameters = [
        ("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/api/v1/sessions"), ("HTTP_AUTHORIZATION", "Bearer x"), ("REQUEST_ID", "test"),
    ]

    /// Malformed requests, of some five records each; those that are whole or unfinished come beside them.
    private static let malformed = Run.isLong ? 1_000_000 : 20_000

    @Test("are found to be whole, unfinished or malformed as the model finds them, whole or cut at any byte")
    func scan() throws {
        var generator = RecordGenerator(Self.parameters, generator: SeededGenerator(seed: 71))
        var counts: [RecordsModel.Verdict: Int] = [:]
        var mistaken = 0
        while counts[.malformed] ?? 0 < Self.malformed {
            let bytes = generator.next()
            counts[RecordsModel(bytes).verdict, default: 0] += 1
            do {
                try FuzzTarget.records.check(bytes)
            } catch {
                Issue.record("\(error): \(bytes)")
                mistaken += 1
            }
        }
        let (complete, incomplete, malformed) = (counts[.complete] ?? 0, counts[.incomplete] ?? 0, counts[.malformed] ?? 0)
        let count = complete + incomplete + malformed
        // Of each sort enough to mean something.
        #expect(min(complete, incomplete, malformed) > count / 50)
        Run.report(
            """
            fuzz: \(malformed) malformed FastCGI requests, \(generator.records) records in \(count) requests in all, each cut at eight bytes: \
            \(complete) are whole and \(incomplete) unfinished to the model, \(mistaken) otherwise to the gate
            """
        )
    }

    @Test("pass the gate where they are whole, and are read by libfcgi as the model reads them; all others are refused")
    func gate() throws {
        var generator = RecordGenerator(Self.parameters, generator: SeededGenerator(seed: 72))
        let gate = Gate()
        var request = makeRequest()
        let count = Run.isLong ? 100_000 : 4_000
        var (read, mistaken) = (0, 0)
        for number in 0..<count {
            let bytes = generator.next(spoiled: number % 3 != 0)
            // What is behind the largest request is not looked at.
            let model = RecordsModel(Array(bytes.prefix(Gate.largestRequest)))
            let peer = try Peer()
            let cut = number % 4 == 0 ? bytes.count * (number % 13) / 13 : bytes.count
            peer.write(Array(bytes[..<cut]))
            let rest = Array(bytes[cut...])
            let writer =
                rest.isEmpty
                ? nil
                : Background {
                    peer.write(rest)
                    peer.finish()
                }
            if rest.isEmpty { peer.finish() }
            let failure = failure { try request.read(from: peer.worker, through: gate, until: .ample) }
            try writer?.value()
            guard failure == nil else {
                // What came first may be malformed, or whole with something behind it, before the rest was there.
                let isExpected = model.verdict == .malformed ? failure == .malformed || failure == .closed : model.verdict == .incomplete
                if !isExpected { mistaken += 1 }
                #expect(isExpected, "\(failure.debugDescription), the model says \(model.verdict): \(bytes)")
                continue
            }
            read += 1
            var isRight = model.verdict == .complete || RecordsModel(Array(bytes[..<cut])).verdict == .complete
            if model.verdict == .complete {
                for parameter in [RequestParameter.method, .uri, .authorization, .requestID] {
                    let wanted = String(decoding: model.value(of: parameter.rawValue), as: UTF8.self)
                    if request.text(of: parameter) != wanted { isRight = false }
                }
            }
            #expect(isRight, "\(bytes)")
            if !isRight { mistaken += 1 }
            request.finish()
        }
        #expect(read > count / 4)
        Run.report(
            """
            fuzz: \(generator.records) FastCGI records in \(count) connections before the gate: \(read) read, \(count - read) refused, \(mistaken) otherwise \
            than the model has it
            """
        )
    }
}
