import JSON
import Testing

@testable import API

@Suite("If-None-Match")
struct IfNoneMatchTests {
    private static let tag = ETag(of: Array("a body".utf8).span.bytes)

    /// What stands between the quotes.
    private static let opaque: String = {
        var head = JSONWriter()
        tag.write(to: &head, isWeak: false)
        return String(head.text.split(separator: "\"")[1])
    }()

    /// `%` stands for the tag's 16 digits.
    private func match(_ field: String) -> IfNoneMatch.Match {
        IfNoneMatch.match(field.replacing("%", with: Self.opaque).utf8.span, Self.tag)
    }

    @Test("a tag is 16 digits in quotes, and weak by W/ before it")
    func form() {
        var head = JSONWriter()
        Self.tag.write(to: &head, isWeak: true)
        #expect(Self.opaque.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        #expect(head.text == "ETag: W/\"\(Self.opaque)\"\r\n")
    }

    @Test(
        "the tag is found alone and in a list, whatever is around it",
        arguments: [
            "\"%\"", " \"%\" ", "\"a\",\"%\"", "\"a\", \"%\"", "\"a\" ,\t\"%\",", ",,\"%\"", "\"\",\"%\"", "W/\"a\", \"%\"", "\"a,b\",\"%\"",
            "\"%\", and more that is no tag", "*",
        ]
    )
    func strong(field: String) { #expect(match(field) == .strong) }

    @Test("a weak tag is found, and known to be weak", arguments: ["W/\"%\"", "\"a\", W/\"%\"", "W/\"a\",W/\"%\"", "W/\"%\", \"%\""])
    func weak(field: String) { #expect(match(field) == .weak) }

    @Test(
        "another tag, and what is no tag, match nothing",
        arguments: [
            "", " ", ",", "\"", "\"\"", "W", "W/", "W/\"", "W/\"%", "\"%", "%", "%\"", "w/\"%\"", "W/ \"%\"", "W\"%\"", "/\"%\"", "\"%0\"", "\"0%\"",
            "\" %\"",
            "'%'", "**", "* ", "\"*\"", "*, \"%\"", "\"a\" % \"b\"", "é\"%\"", "\"a%\"", "W/W/\"%\"",
        ]
    )
    func none(field: String) { #expect(match(field) == .none) }

    @Test("a digit in another letter case is another tag")
    func letterCase() {
        let upper = Self.opaque.uppercased()
        #expect(upper != Self.opaque && match("\"\(upper)\"") == .none)
    }
}
