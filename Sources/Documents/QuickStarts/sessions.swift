// Prints all sessions, newest first: when each began, its id and its status.
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What is called, and by whom.
let (address, token) = (ProcessInfo.processInfo.environment["DEBRIEF_URL"] ?? "", ProcessInfo.processInfo.environment["DEBRIEF_TOKEN"] ?? "")

struct Session: Decodable {
    let id, startedAt, status: String
    let durationSeconds: Int?
}

/// A page, or an error.
struct Answer: Decodable {
    struct Fault: Decodable { let message: String }

    let data: [Session]?
    let nextCursor: String?
    let error: Fault?
    let requestId: String?
}

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    exit(1)
}

func page(after cursor: String?, tries: Int = 5) async throws -> Answer {
    guard var url = URL(string: "\(address)/api/v1/sessions") else { fail("DEBRIEF_URL is no address") }
    url.append(queryItems: [URLQueryItem(name: "limit", value: "100")] + (cursor.map { [URLQueryItem(name: "cursor", value: $0)] } ?? []))
    var request = URLRequest(url: url)
    request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
    let (body, response) = try await URLSession.shared.data(for: request)
    if let response = response as? HTTPURLResponse, [429, 503].contains(response.statusCode), tries > 1 {
        try await Task.sleep(for: .seconds(Int(response.value(forHTTPHeaderField: "Retry-After") ?? "") ?? 1))
        return try await page(after: cursor, tries: tries - 1)
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Answer.self, from: body)
}

do {
    var cursor: String?
    repeat {
        let answer = try await page(after: cursor)
        guard let sessions = answer.data else { fail("\(answer.error?.message ?? "no answer") (request \(answer.requestId ?? "unknown"))") }
        for session in sessions { print(session.startedAt, session.id, session.status) }
        cursor = answer.nextCursor
    } while cursor != nil
} catch {
    fail(error.localizedDescription)
}
