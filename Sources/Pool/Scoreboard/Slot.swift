/// A worker's part of the scoreboard: how it is now, and what the workers in this slot have done since the master started.
///
/// Each method says who calls it.
struct Slot {
    private enum Field: Int, CaseIterable {
        case pid, generation, state, startedAt, tick, requestSince, requests, exchange, reconnects, logFailures, unanswered, refusesDatabase
        case endpoint, lastStatus
    }

    static func size(endpoints: Int) -> Int { Field.allCases.count + RequestTally.size(endpoints: endpoints) }

    /// Its number.
    let index: Int
    /// What became of the requests of all workers in this slot, one after the other.
    let tally: RequestTally
    private let numbers: SharedNumbers

    init(index: Int, numbers: SharedNumbers, endpoints: Int) {
        self.index = index
        self.numbers = numbers
        tally = RequestTally(numbers: numbers[Field.allCases.count..<numbers.count], endpoints: endpoints)
    }

    private subscript(field: Field) -> Int {
        get { numbers[field.rawValue] }
        nonmutating set { numbers[field.rawValue] = newValue }
    }

    /// The worker's process; 0 where there is none.
    var pid: Int32 { Int32(self[.pid]) }
    /// The generation of its settings.
    var generation: Int { self[.generation] }
    /// How it is.
    var state: WorkerState { WorkerState(rawValue: self[.state]) ?? .none }
    /// When it was forked, in Unix microseconds.
    var startedAt: Int { self[.startedAt] }
    /// Its last sign of life, in monotonic milliseconds.
    var tick: Int { self[.tick] }
    /// Since when it has had the request that it is at, in monotonic milliseconds; 0 where it has none.
    var requestSince: Int { self[.requestSince] }
    /// How many requests this worker has answered.
    var requests: Int { self[.requests] }
    /// Its last good exchange with PostgreSQL, in monotonic milliseconds; 0 where there was none.
    var exchange: Int { self[.exchange] }
    /// How often a connection to PostgreSQL was made anew in this slot.
    var reconnects: Int { self[.reconnects] }
    /// Lines of the log that could not be written.
    var logFailures: Int { self[.logFailures] }
    /// Whether it has no connection to PostgreSQL because nobody should be served from that database.
    var refusesDatabase: Bool { self[.refusesDatabase] != 0 }
    /// Connections that were closed without an answer, since they held no request.
    var unanswered: Int { self[.unanswered] }
    /// The place in the table of the endpoint that the worker's request is for, or its last one was; nil where there is none.
    var endpoint: Int? { self[.endpoint] > 0 ? self[.endpoint] - 1 : nil }
    /// The status of the worker's last request; 0 before the first.
    var lastStatus: Int { self[.lastStatus] }
}

extension Slot {
    /// The master, before it forks a worker into the slot.
    func prepare(generation: Int, now: Int, startedAt: Int) {
        self[.requests] = 0
        self[.requestSince] = 0
        self[.exchange] = 0
        self[.refusesDatabase] = 0
        self[.endpoint] = 0
        self[.lastStatus] = 0
        self[.generation] = generation
        self[.startedAt] = startedAt
        self[.tick] = now
        self[.state] = WorkerState.starting.rawValue
    }

    /// The master, once the worker is gone, or could not be forked.
    func clear() {
        self[.pid] = 0
        self[.requestSince] = 0
        self[.state] = WorkerState.none.rawValue
    }

    /// The worker, first of all, and the master, which may have to look for it before it came that far.
    func enter(pid: Int32) { self[.pid] = Int(pid) }

    /// The worker, each time that it looks for something to do, and at least each second.
    func show(_ state: WorkerState, at now: Int) {
        self[.requestSince] = 0
        self[.tick] = now
        self[.state] = state.rawValue
    }

    /// The worker, when it has accepted a connection.
    func begin(at now: Int) {
        self[.tick] = now
        self[.requestSince] = now
        self[.endpoint] = 0
        self[.state] = WorkerState.busy.rawValue
    }

    /// The worker, when it knows which endpoint the request is for: before it is answered, so that one that hangs can be seen.
    func noteEndpoint(_ endpoint: Int) { self[.endpoint] = endpoint + 1 }

    /// The worker, when it has answered a request.
    func countRequest(status: Int) {
        self[.requests] += 1
        self[.lastStatus] = status
    }

    /// The worker, when it has closed a connection without an answer.
    func countUnanswered() { self[.unanswered] += 1 }

    /// The worker, when it has found PostgreSQL well at that time.
    func noteExchange(at now: Int) {
        self[.exchange] = now
        self[.refusesDatabase] = 0
    }

    /// The worker, when it has no connection to PostgreSQL: whether the database is there, but not safe to serve from.
    func noteNoDatabase(refused: Bool) { self[.refusesDatabase] = refused ? 1 : 0 }

    /// The worker, when it has made a connection anew.
    func countReconnect() { self[.reconnects] += 1 }

    /// The worker, when a line could not be written to the log.
    func countLogFailure() { self[.logFailures] += 1 }
}

/// How a worker is.
enum WorkerState: Int, CaseIterable {
    /// There is none.
    case none
    /// It was forked, and is not ready yet.
    case starting
    /// It waits for a request, with a connection to PostgreSQL.
    case idle
    /// It is at a request.
    case busy
    /// It waits for PostgreSQL, and answers 503 meanwhile.
    case waiting

    /// As it is shown.
    var name: String {
        switch self {
        case .none: "none"
        case .starting: "starting"
        case .idle: "idle"
        case .busy: "busy"
        case .waiting: "waiting"
        }
    }
}
