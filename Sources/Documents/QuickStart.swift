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
    public static let all = [
        QuickStart("curl, jq and bash", "bash sessions.sh", "sessions.sh", PackageResources.sessions_sh),
        QuickStart("Python", "python3 sessions.py  # needs requests: pip install requests", "sessions.py", PackageResources.sessions_py),
        QuickStart("JavaScript", "node sessions.mjs  # Node 18 or later", "sessions.mjs", PackageResources.sessions_mjs),
        QuickStart("Swift", "swift sessions.swift", "sessions.swift", PackageResources.sessions_swift),
        QuickStart(
            "All sessions in a CSV file",
            "python3 sessions_csv.py sessions.csv  # the token needs users:read and scenarios:read, too",
            "sessions_csv.py",
            PackageResources.sessions_csv_py
        ),
    ]

    /// - Parameter bytes: of the file in `QuickStarts`, which the build puts into the binary.
    private init(_ title: String, _ command: String, _ file: String, _ bytes: [UInt8]) {
        self.title = title
        self.command = command
        self.file = file
        text = String(decoding: bytes, as: UTF8.self)
    }
}
