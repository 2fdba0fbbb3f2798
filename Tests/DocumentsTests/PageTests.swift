import API
import Foundation
import Support
import Testing

@testable import Documents

@Suite("The page")
struct PageTests {
    private let text: String
    private let page: PageMarkup

    init() throws {
        text = Page.document(version: "1.2.3-test")
        page = try #require(PageMarkup(parsing: text), "it is not well-formed")
    }

    @Test("is HTML that a strict parser reads, in UTF-8, with one title and the program's version")
    func document() {
        #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">\n") && text.hasSuffix("</html>\n"))
        #expect(page.children.map(\.name) == ["head", "body"])
        #expect(page.all("title").map(\.text) == ["Debrief API reference"])
        #expect(page.all("footer").first?.text.contains("Debrief 1.2.3-test") == true)
        Run.report("the page: \(text.utf8.count) bytes, \(page.all.count) elements")
    }

    @Test("has each endpoint with its words, scope, parameters, keys, call and response, and a field for whatever a call takes")
    func endpoints() throws {
        for endpoint in Endpoint.all {
            let article = try #require(page.element(id: endpoint.name), "\(endpoint.path)")
            let words = article.text
            #expect(article.all("h3").first?.text == "GET \(endpoint.path)")
            #expect(words.contains(plain(endpoint.documentation.summary)) && words.contains(plain(endpoint.documentation.details)))
            #expect(article.all("p").contains { $0.text == "Scope · \(endpoint.scope.rawValue)" })
            let parameters = endpoint.parameters.map { ("\($0.name) \($0.type)", $0.summary) }
            let columns = endpoint.columns.map { ("\($0.name) \($0.typeWords)", $0.summary) }
            let rows = article.all("dl").flatMap { $0.all("div") }.map { ($0.all("dt")[0].text, $0.all("dd")[0].text) }
            #expect(rows.map(\.0) == (parameters + columns).map(\.0))
            #expect(rows.map(\.1) == (parameters + columns).map { plain($0.1) })
            let codes = article.all("pre").map(\.text)
            #expect(
                codes[0] == "curl -H \"Authorization: Bearer $DEBRIEF_TOKEN\" \\\n    'https://api.example.com\(endpoint.documentation.exampleCall)'"
            )
            #expect(codes[1] == endpoint.documentation.exampleResponse)

            // A quote in it would end the shell's.
            #expect(!endpoint.documentation.exampleCall.contains("'"))
            let id = endpoint.path.hasSuffix(":id") ? ["id"] : []
            #expect(article.all("input").compactMap { $0.attributes["data-parameter"] } == id + endpoint.parameters.map(\.name))
            #expect(article.all("form").first?.attributes["data-path"] == endpoint.path)
        }
        #expect(page.all("h3").prefix(Endpoint.all.count).map(\.text) == Endpoint.all.map { "GET \($0.path)" })
    }

    @Test("says of a column that can be null that it can, and of no other")
    func nulls() throws {
        let article = try #require(page.element(id: "list_sessions")).text
        #expect(article.contains("ended_at date-time or null") && !article.contains("started_at date-time or null"))
    }

    @Test("has each scope, with the endpoints that ask for it")
    func scopes() throws {
        let rows = page.all("dl").first?.all("div") ?? []
        #expect(rows.compactMap { $0.all("dt").first?.text } == Scope.allCases.map(\.rawValue))
        for (row, scope) in zip(rows, Scope.allCases) {
            #expect(row.all("a").map(\.text) == Endpoint.all.filter { $0.scope == scope }.map(\.path))
        }
    }

    @Test("has each error with status and words, at the place that error.docs names")
    func errors() throws {
        for error in ErrorReference.all {
            let row = try #require(page.element(id: error.code), "\(error.code)")
            #expect(row.name == "tr")
            #expect(row.children.map(\.text) == ["\(error.status)", error.code, plain(error.summary)])
        }
    }

    @Test("has each quick start with title, command, file and text")
    func quickStarts() throws {
        for start in QuickStart.all {
            let heading = try #require(page.element(id: start.anchor), "\(start.title)")
            #expect(heading.text == start.title)
            let article = try #require(page.all("article").first { $0.attributes["aria-labelledby"] == start.anchor })
            #expect(article.all("pre").map(\.text) == [start.command, start.text])
            #expect(article.all("figcaption").contains { $0.text.hasPrefix(start.file) })
        }
        #expect((page.element(id: "quick-starts") == nil) == QuickStart.all.isEmpty)
    }

    @Test("gives each place a name of its own, and leads nowhere that is not there")
    func places() {
        let ids = page.all.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        for link in page.all("a") {
            let place = link.attributes["href"] ?? ""
            #expect(place == "/api/v1/openapi.json" || place.hasPrefix("#") && ids.contains(String(place.dropFirst())), "\(place)")
        }
        for element in page.all {
            for name in ["for", "aria-labelledby", "aria-describedby"] {
                if let id = element.attributes[name] { #expect(ids.contains(id), "\(id)") }
            }
        }
        let contents = page.all("nav").flatMap { $0.all("a") }.compactMap { $0.attributes["href"] }
        for endpoint in Endpoint.all { #expect(contents.contains("#\(endpoint.name)")) }
        for heading in page.all("h2") { #expect(contents.contains("#\(heading.attributes["id"] ?? "")")) }
    }

    @Test("has a label for each field, and a name in none, so that no form could send it")
    func fields() {
        let labels = page.all("label").compactMap { $0.attributes["for"] }
        for field in page.all("input") {
            #expect(labels.contains(field.attributes["id"] ?? ""))
            #expect(field.attributes["name"] == nil && field.attributes["autocomplete"] == "off")
        }
        #expect(page.all("input").filter { $0.attributes["type"] == "password" }.count == 1)
        for form in page.all("form") { #expect(form.attributes["action"] == nil && form.attributes["method"] == nil) }
    }

    @Test("has headings in order, without a step left out")
    func headings() {
        let levels = page.all.compactMap { $0.name.wholeMatch(of: /h([1-6])/).flatMap { Int($0.1) } }
        #expect(levels.first == 1 && levels.filter { $0 == 1 }.count == 1)
        for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1) }
    }

    /// Markdown's words without its marks.
    private func plain(_ markdown: String) -> String {
        markdown.replacing("`", with: "").replacing(/\[([^\]]+)\]\([^)]*\)/) { $0.1 }
    }
}
