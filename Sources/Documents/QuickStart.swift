/// A program to begin with: the page and the README show it, and a test runs it as it is.
public struct QuickStart: Sendable {
    /// The heading, such as `Python`.
    public let title: String
    /// What has to be there, and how it is run: a line of shell.
    public let command: String
    /// The program's name in that line, such as `sessions.py`.
    public let file: String
    /// The program, ending with a newline. It reads the API's address from DEBRIEF_URL and the token from DEBRIEF_TOKEN.
    public let text: String

    /// All of them, in the order of the page.
    public static let all: [QuickStart] = []
}
