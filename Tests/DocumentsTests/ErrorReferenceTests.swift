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
        for line in map.split(separator: "\n").dropFirst() {
            let words = line.split { $0 == " " || $0 == ";" }
            guard let status = words.first.flatMap({ Int($0) }), let code = words.last else { continue }
            #expect(ErrorReference.all.contains { $0.status == status && $0.code == code }, "\(line)")
        }
    }
}
