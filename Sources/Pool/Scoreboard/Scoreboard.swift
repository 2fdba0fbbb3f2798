import SystemPackage

/// What the processes of the pool tell each other without asking: a header that the master writes, and a slot for each worker.
///
/// There is no lock. Each number has one writer: of the header the master, but for two of the operator's process; of a slot the worker in it, or the
/// master while no process is in it. So whatever kills a worker, at whatever instruction, its slot is whole. A reader may see two numbers
/// from two moments, which a glance at a pool allows for. PHP-FPM keeps a scoreboard likewise, but under a lock, whose holder can be killed.
struct Scoreboard {
    /// As many slots as the largest pool has workers, twice: while a pool is reloaded, old and new are there together.
    static let slotCount = 2_048
    /// A cache line, in numbers: no two workers share one.
    private static let line = 8

    /// The names of the endpoints, in the order of the table.
    let endpoints: [String]
    /// What the master writes.
    let header: Header
    private let slots: SharedNumbers
    private let slotSize: Int

    /// A scoreboard on which nothing has happened yet.
    init(endpoints: [String]) throws(Errno) {
        func lines(_ count: Int) -> Int { (count + Self.line - 1) / Self.line * Self.line }
        let headerSize = lines(Header.size)
        let slotSize = lines(Slot.size(endpoints: endpoints.count))
        let numbers = try SharedNumbers(count: headerSize + Self.slotCount * slotSize)
        header = Header(numbers: numbers[0..<headerSize])
        slots = numbers[headerSize..<numbers.count]
        self.slotSize = slotSize
        self.endpoints = endpoints
    }

    /// A worker's slot.
    func slot(_ index: Int) -> Slot {
        Slot(index: index, numbers: slots[index * slotSize..<(index + 1) * slotSize], endpoints: endpoints.count)
    }

    /// The slots that have ever had a worker: the others are not touched, so that they take no memory.
    var usedSlots: [Slot] { (0..<header.usedSlots).map(slot) }
}

extension Scoreboard {
    /// What the master says of the pool as a whole.
    struct Header {
        private enum Field: Int, CaseIterable {
            case usedSlots, master, startedAt, generation, phase, low, high, wanted, limitReached, reloads, failedReloads, braked, logFailures
            case operatorLogFailures, operatorTick, deathPID, deathCause, deathCode, deathAt, restarts
        }

        fileprivate static let size = Field.restarts.rawValue + RestartCause.allCases.count

        fileprivate let numbers: SharedNumbers

        private subscript(field: Field) -> Int {
            get { numbers[field.rawValue] }
            nonmutating set { numbers[field.rawValue] = newValue }
        }

        /// Slots from 0 on that have had a worker.
        var usedSlots: Int {
            get { self[.usedSlots] }
            nonmutating set { self[.usedSlots] = newValue }
        }
        /// The master's process.
        var master: Int32 {
            get { Int32(self[.master]) }
            nonmutating set { self[.master] = Int(newValue) }
        }
        /// When the master started, in Unix microseconds.
        var startedAt: Int {
            get { self[.startedAt] }
            nonmutating set { self[.startedAt] = newValue }
        }
        /// How often the pool has got new settings, from 1.
        var generation: Int {
            get { self[.generation] }
            nonmutating set { self[.generation] = newValue }
        }
        /// What the pool is about.
        var phase: PoolPhase {
            get { PoolPhase(rawValue: self[.phase]) ?? .running }
            nonmutating set { self[.phase] = newValue.rawValue }
        }
        /// How few and how many workers there may be.
        var range: ClosedRange<Int> {
            get { min(self[.low], self[.high])...max(self[.low], self[.high]) }
            nonmutating set { (self[.low], self[.high]) = (newValue.lowerBound, newValue.upperBound) }
        }
        /// How many there are to be now.
        var wanted: Int {
            get { self[.wanted] }
            nonmutating set { self[.wanted] = newValue }
        }
        /// How often requests waited while there were as many workers as there may be.
        var limitReached: Int {
            get { self[.limitReached] }
            nonmutating set { self[.limitReached] = newValue }
        }
        /// Reloads that took effect.
        var reloads: Int {
            get { self[.reloads] }
            nonmutating set { self[.reloads] = newValue }
        }
        /// Reloads that did not.
        var failedReloads: Int {
            get { self[.failedReloads] }
            nonmutating set { self[.failedReloads] = newValue }
        }
        /// Workers that are missing until a pause is over, since their predecessors died young.
        var braked: Int {
            get { self[.braked] }
            nonmutating set { self[.braked] = newValue }
        }
        /// Lines that the master could not write to its log.
        var logFailures: Int {
            get { self[.logFailures] }
            nonmutating set { self[.logFailures] = newValue }
        }
        /// Lines that the operator's process could not write; it writes this, and not the master.
        var operatorLogFailures: Int {
            get { self[.operatorLogFailures] }
            nonmutating set { self[.operatorLogFailures] = newValue }
        }

        /// The operator's process's last sign of life, in monotonic milliseconds; like the number before, it is that process that writes it.
        var operatorTick: Int {
            get { self[.operatorTick] }
            nonmutating set { self[.operatorTick] = newValue }
        }

        /// The last worker that ended unasked.
        var lastDeath: WorkerDeath? {
            get {
                guard let cause = RestartCause(rawValue: self[.deathCause]), self[.deathPID] != 0 else { return nil }
                return WorkerDeath(pid: Int32(self[.deathPID]), cause: cause, code: self[.deathCode], at: self[.deathAt])
            }
            nonmutating set {
                self[.deathPID] = Int(newValue?.pid ?? 0)
                self[.deathCause] = newValue?.cause.rawValue ?? 0
                self[.deathCode] = newValue?.code ?? 0
                self[.deathAt] = newValue?.at ?? 0
            }
        }

        /// How many workers were replaced for a cause.
        func restarts(_ cause: RestartCause) -> Int { numbers[Field.restarts.rawValue + cause.rawValue] }

        /// Counts a worker that is replaced.
        func countRestart(_ cause: RestartCause) { numbers[Field.restarts.rawValue + cause.rawValue] += 1 }
    }
}

/// What the pool is about.
enum PoolPhase: Int {
    /// It serves.
    case running
    /// New workers are started that will take the place of the old.
    case reloading
    /// A new master is started that will take the place of this one.
    case upgrading
    /// It has no workers, until a HUP: WINCH asked for that.
    case resting
    /// It was told to stop.
    case stopping
}

/// Why a worker ended that nobody had asked to.
enum RestartCause: Int, CaseIterable {
    /// Its own exit, with a status other than 0.
    case exit
    /// A signal that was not the master's.
    case signal
    /// The master ended it: it gave no sign of life for too long.
    case overdue
    /// It has answered as many requests as it was to.
    case maxRequests

    /// As metrics label it.
    var name: String {
        switch self {
        case .exit: "exit"
        case .signal: "signal"
        case .overdue: "overdue"
        case .maxRequests: "max_requests"
        }
    }
}

/// The end of a worker that nobody had asked for.
struct WorkerDeath: Equatable {
    var pid: Int32
    var cause: RestartCause
    /// The exit status, or the signal's number.
    var code: Int
    /// In Unix microseconds.
    var at: Int
}
