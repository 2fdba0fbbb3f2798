import API
import Support
import Testing

/// The examples of the documents are what people try first.
@Suite("The examples")
struct ExampleTests {
    private let stage: Stage

    init() throws { stage = try Stage.shared() }

    @Test("each endpoint's call has the answer that the table shows, of which arrays may end early", arguments: Endpoint.all.map(\.name))
    func calls(name: String) throws {
        let documentation = try #require(Endpoint.all.first { $0.name == name }).documentation
        let response = try stage.client.send(Call(documentation.exampleCall, token: stage.token))
        _ = try dataOf(response)
        let example = try #require(JSONValue(parsing: Array(documentation.exampleResponse.utf8)))
        let answer = try #require(response.json)
        #expect(begins(answer, with: example), "\(response.text.prefix(2_000))")
        let text = JSONText.compact(documentation.exampleResponse)
        #expect(JSONText.keys(text) == JSONText.keys(response.text))
        #expect(keys(ofRow: text) == keys(ofRow: response.text))
    }

    @Test("each parameter's is taken, alone and with all others", arguments: Endpoint.all.map(\.name))
    func parameters(name: String) throws {
        let endpoint = try #require(Endpoint.all.first { $0.name == name })
        let path = endpoint.documentation.exampleCall.prefix { $0 != "?" }
        let pieces = endpoint.parameters.map { "\($0.name)=\(percentEncoded($0.example))" }
        for query in pieces + [pieces.joined(separator: "&")] {
            let data = try dataOf(try stage.client.send(Call("\(path)?\(query)", token: stage.token)), "\(query)")
            #expect(data != "[]", "\(query)")
        }
    }

    /// The keys of the row, or of the first.
    private func keys(ofRow body: String) -> [String] {
        let data = JSONText.value("data", of: body)
        return JSONText.keys(JSONText.elements(data).first ?? data)
    }

    /// Whether all of the example is there, in its place, and nothing else but more elements of arrays.
    private func begins(_ answer: JSONValue, with example: JSONValue) -> Bool {
        switch (answer, example) {
        case (.object(let answer), .object(let example)):
            answer.keys == example.keys && example.allSatisfy { key, value in answer[key].map { begins($0, with: value) } == true }
        case (.array(let answer), .array(let example)):
            answer.count >= example.count && zip(answer, example).allSatisfy { begins($0, with: $1) }
        default: answer == example
        }
    }
}
