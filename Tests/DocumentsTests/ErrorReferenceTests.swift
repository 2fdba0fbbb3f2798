import API
import Foundation
import Support
import Testing

@Suite("The table of errors")
struct ErrorReferenceTests {
    @Test("has each error that a worker answers with, and each code once")
    func codes() {
        let codes = ErrorReference.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(Set(APIError.Code.allCases.map(\.rawValue)).isSubset(of: codes))
    }

    @Test("has what nginx answers with, by the same status")
    func nginx() throws {
        let map = try String(contentsOfFile: "\(Run.repository)/nginx/debrief-errors.conf", encoding: .utf8).prefix { $0 != "}" }
        var count = 0
        for line in map.split(separator: "\n").dropFirst() {
            let words = line.split { $0 == " " || $0 == ";" }
            guard let status = words.first.flatMap({ Int($0) }), let code = words.last else { continue }
            count += 1
            #expect(ErrorReference.all.contains { $0.status == status && $0.code == code }, "\(line)")
        }
        #expect(count > 9)
    }

    @Test("has a message of those that nginx and the workers answer with")
    func messages() throws {
        let errors = try String(contentsOfFile: "\(Run.repository)/nginx/debrief-errors.conf", encoding: .utf8)
        let map = try #require(errors.firstMatch(of: /map \$status \$debrief_status_message \{([^}]*)\}/)).1
        let ofNginx = map.split(separator: "\n").reduce(into: [Int: String]()) { messages, line in
            let words = line.split(separator: "\"")
            guard words.count == 3, let status = Int(words[0].trimmingCharacters(in: .whitespaces)) else { return }
            messages[status] = String(words[1])
        }
        #expect(ofNginx.count > 9)
        let ofWorkers = Set(APIError.Code.allCases.map(\.rawValue))
        for error in ErrorReference.all where !ofWorkers.contains(error.code) { #expect(error.message == ofNginx[error.status], "\(error.code)") }
    }
}
