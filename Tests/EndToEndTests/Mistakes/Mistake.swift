import Support

/// Something that people do wrong with the command line or the scripts, and what they are told.
struct Mistake: Sendable {
    /// What a process ended with, and what it said.
    struct Answer {
        let status: Int32?
        let text: String
    }

    /// In a few words.
    let name: String
    /// What it has to exit with.
    let status: Int32
    /// What the answer has to hold: what was tried.
    let tried: String
    /// What came.
    let came: String
    /// What to do next.
    let next: String
    /// Does it.
    let make: @Sendable () throws -> Answer

    init(
        _ name: String,
        status: Int32,
        tried: String,
        came: String,
        next: String,
        make: @escaping @Sendable () throws -> Answer
    ) {
        self.name = name
        self.status = status
        self.tried = tried
        self.came = came
        self.next = next
        self.make = make
    }

    /// All that can be made here.
    static let all = usage + settings + connections + rows + pools + disks + scripts
}

extension Mistake.Answer {
    /// Of a process that said what is wrong on standard error.
    init(_ ended: (status: Int32?, output: String, errors: String)) { self.init(status: ended.status, text: ended.errors) }
}

/// Runs the binary, from nowhere, with nothing but its own environment.
func debrief(_ words: String..., environment: [String: String] = [:], as account: Account = .invoker, input: String = "") throws -> Mistake.Answer {
    // Where a home is looked for, there is none.
    try Mistake.Answer(run([Run.binary] + words, environment: ["HOME": "/nonexistent"].merging(environment) { $1 }, as: account, input: input))
}
