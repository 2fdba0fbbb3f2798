import API
import Testing

@Suite("The query string")
struct QueryStringTests {
    @Test(
        "pieces lie between ampersands, empty ones are passed over, and the first equals sign ends the name",
        arguments: [
            ("", []),
            ("&", []),
            ("&&&", []),
            ("a=1", ["a", "1"]),
            ("a=1&b=2", ["a", "1", "b", "2"]),
            ("&a=1&&b=2&", ["a", "1", "b", "2"]),
            ("a", ["a", ""]),
            ("a&b", ["a", "", "b", ""]),
            ("a=", ["a", ""]),
            ("=", ["", ""]),
            ("=1", ["", "1"]),
            ("a=b=c", ["a", "b=c"]),
            ("a==", ["a", "="]),
            ("a=1;b=2", ["a", "1;b=2"]),
            ("a%3D1", ["a%3D1", ""]),
            ("a%26=%26", ["a%26", "%26"]),
        ]
    )
    func pieces(query: String, expected: [String]) {
        let bytes = Array(query.utf8)
        var pieces = QueryString()
        var found: [String] = []
        while let piece = pieces.next(in: bytes.span) {
            found.append(String(decoding: bytes[piece.name], as: UTF8.self))
            found.append(String(decoding: bytes[piece.value], as: UTF8.self))
        }
        #expect(found == expected)
    }
}
