import Waiting

/// Looks at a pool again and again, without ever waiting for it: a master that does not answer holds up nobody who looks.
struct TopWatch {
    /// From when on the missing answer is told.
    private static let lateMilliseconds = 3_000
    /// After how long another one is asked for.
    private static let limitMilliseconds = 10_000

    private let path: String
    private let intervalMilliseconds: Int
    private var query: ControlQuery?
    private var due: Deadline
    /// What was found last.
    private(set) var pool = TopPool()
    /// What `status` would have exited with: 0, 1 where the pool is degraded or does not answer, 3 where there is none.
    private(set) var exitStatus: Int32 = 1
    /// How many looks have come to an end.
    private(set) var looks = 0

    /// - Parameter path: the control socket.
    init(path: String, intervalMilliseconds: Int) {
        self.path = path
        self.intervalMilliseconds = intervalMilliseconds
        due = .after(milliseconds: 0)
    }

    /// What to wait for until it is readable.
    var descriptor: CInt? { query?.descriptor }

    /// When to ``proceed(isPaused:)`` at the latest.
    var deadline: Deadline {
        // While an answer is missing, how long it has been missing is told each second.
        query == nil ? due : .after(milliseconds: 1_000)
    }

    /// Asks, and takes answers.
    ///
    /// - Parameter isPaused: whether nothing more is asked, and no answer that is under way is wanted.
    /// - Returns: whether there is something new.
    /// - Throws: where the master cannot be reached at all, at the first look: to look again would be of no use.
    mutating func proceed(isPaused: Bool = false) throws(ControlError) -> Bool {
        if isPaused {
            query = nil
            return false
        }
        do throws(ControlError) {
            if query == nil {
                guard due.hasPassed else { return false }
                due = .after(milliseconds: intervalMilliseconds)
                query = try ControlQuery(.status(json: true), at: path)
                if query == nil { throw .noAnswer(milliseconds: 0) }
                return false
            }
            guard let answer = try query?.proceed() else { return lookWhetherLate() }
            query = nil
            return take(answer)
        } catch {
            query = nil
            if case .unreachable = error, looks == 0 { throw error }
            looks += 1
            take(error)
            return true
        }
    }

    private mutating func take(_ answer: ControlAnswer) -> Bool {
        looks += 1
        exitStatus = Int32(answer.status)
        guard var status = TopStatus(parsing: answer.text, takenAt: monotonicMilliseconds()) else {
            exitStatus = 1
            pool.found = .fault("the master does not say how it is: \(TopStatus.plain(String(answer.text.prefix { $0 != "\n" })))")
            return true
        }
        for index in status.workers.indices { status.workers[index].residentKilobytes = residentKilobytes(ofWorker: status.workers[index].pid) }
        pool.take(status)
        return true
    }

    private mutating func take(_ error: ControlError) {
        switch error {
        case .notRunning:
            exitStatus = 3
            pool.takeNotRunning()
        case .noAnswer, .masterEnded, .unreachable:
            exitStatus = 1
            pool.found = .fault(TopStatus.plain("\(error)"))
        }
    }

    private mutating func lookWhetherLate() -> Bool {
        guard let askedAt = query?.askedAt else { return false }
        let milliseconds = monotonicMilliseconds() - askedAt
        guard milliseconds >= Self.lateMilliseconds else { return false }
        exitStatus = 1
        pool.found = .fault("no answer from the master for \(milliseconds / 1_000) s")
        if milliseconds >= Self.limitMilliseconds {
            query = nil
            looks += 1
        }
        return true
    }
}
