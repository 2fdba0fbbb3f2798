import Support

@testable import Pool

/// A pool whose processes are made up: they become ready, end in all ways, hang, and do not always obey. It does what a master does with the state's
/// actions, keeps its own account of what must hold, and stops at the first thing that does not.
struct SimulatedPool {
    struct Process {
        let slot: Int
        let generation: Int
        var readyAt: Int?
        var isReady = false
        var endsAt: Int?
        var end = WorkerEnd(how: .exit(0))
        /// Whether it was sent a signal to leave.
        var wasAsked = false
        var ignoresQuit = false
        var ignoresTermination = false
        /// When it last gave a sign of life; it gives none any more where it hangs.
        var tick: Int
        var isHung = false
    }

    static let limits = PoolState.Limits(startMilliseconds: 2_000, drainMilliseconds: 3_000, silenceMilliseconds: 4_000)
    private static let slotCount = 40

    var random: SeededGenerator
    private(set) var state: PoolState
    private(set) var now = 0
    private(set) var processes: [Int32: Process] = [:]
    /// Tasks that are not answered yet.
    private(set) var openTasks: Set<Int> = []
    private(set) var hasLeft = false
    /// What went wrong first.
    private(set) var fault: String?
    private var events: [(at: Int, event: PoolState.Event, actions: [PoolState.Action])] = []
    /// What the outcomes were.
    private(set) var outcomes: [PoolOutcome] = []
    /// Whether processes behave badly.
    var hasTrouble = true
    private var lastPID: Int32 = 100
    private var lastTask = 0
    private var lastGeneration = 1
    private var nextLook = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let range = Int.random(in: 1...4, using: &random)...Int.random(in: 4...8, using: &random)
        state = PoolState(generation: 1, range: range, limits: Self.limits, slotCount: Self.slotCount, at: 0)
        apply(.time)
    }

    var eventCount: Int { events.count }

    /// The last events, and what they led to.
    var history: String { events.suffix(80).map { "\($0.at): \($0.event) → \($0.actions)" }.joined(separator: "\n") }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func require(_ condition: Bool, _ rule: StaticString) {
        if !condition && fault == nil { fault = "\(rule)" }
    }
}

// MARK: - What the master does

extension SimulatedPool {
    mutating func apply(_ event: PoolState.Event) {
        deliver(event)
        checkInvariants()
    }

    private mutating func deliver(_ event: PoolState.Event) {
        let actions = state.handle(event, at: now)
        events.append((now, event, actions))
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: PoolState.Action) {
        switch action {
        case .start(let slot, let generation): start(slot, generation)
        case .send(let signal, let pid): send(signal, to: pid)
        case .committed(let generation):
            let ready = processes.values.count { $0.generation == generation && $0.isReady && !$0.wasAsked }
            require(ready >= state.range.lowerBound, "new settings hold before the workers that have them are ready")
        case .done(let task, let outcome):
            require(openTasks.remove(task) != nil, "a task was answered that was not open")
            outcomes.append(outcome)
        case .leave:
            require(processes.isEmpty && state.isStopping, "the master leaves workers behind")
            hasLeft = true
        case .unasked: break
        }
    }

    private mutating func start(_ slot: Int, _ generation: Int) {
        require(!processes.values.contains { $0.slot == slot }, "a slot has two workers")
        guard !hasTrouble || !chance(3) else { return deliver(.startFailed(slot: slot)) }
        lastPID += 1
        var process = Process(slot: slot, generation: generation, tick: now)
        process.readyAt = now + Int.random(in: 1...200, using: &random)
        if hasTrouble {
            if chance(5) { process.readyAt = nil }
            if chance(10) { plan(randomEnd(), of: &process, within: 1...400) }
            process.isHung = chance(3)
            process.ignoresQuit = chance(20)
            process.ignoresTermination = chance(20)
        }
        processes[lastPID] = process
        deliver(.workerStarted(slot: slot, pid: lastPID))
    }

    private mutating func plan(_ end: WorkerEnd, of process: inout Process, within milliseconds: ClosedRange<Int>) {
        process.end = end
        process.endsAt = min(process.endsAt ?? .max, now + Int.random(in: milliseconds, using: &random))
    }

    private mutating func send(_ signal: Signal, to pid: Int32) {
        guard var process = processes[pid] else { return require(false, "a signal was sent to a process that is gone") }
        process.wasAsked = true
        switch signal {
        case .quit where !process.ignoresQuit && !process.isHung:
            plan(WorkerEnd(how: .exit(0), hasFinishedRequest: chance(50)), of: &process, within: 0...1_500)
        case .terminate where !process.ignoresTermination && !process.isHung: plan(WorkerEnd(how: .signal(15)), of: &process, within: 0...100)
        case .kill: plan(WorkerEnd(how: .signal(9)), of: &process, within: 0...100)
        default: break
        }
        processes[pid] = process
    }

    private mutating func randomEnd() -> WorkerEnd {
        let ends: [WorkerEnd.How] = [.exit(0), .exit(1), .exit(WorkerExit.maxRequests.rawValue), .signal(9), .signal(11)]
        return WorkerEnd(how: ends[Int.random(in: ends.indices, using: &random)], answered: chance(50) ? 0 : 7)
    }
}

// MARK: - What happens to it

extension SimulatedPool {
    /// Lets time pass, as the master sees it: it wakes for what happens, for a look each second, and for what the state says is due.
    mutating func pass(milliseconds: Int) {
        let end = now + milliseconds
        var due = state.nextTime ?? .max
        while fault == nil, !hasLeft {
            var happens = Int.max
            for process in processes.values { happens = min(happens, process.endsAt ?? .max, process.readyAt ?? .max) }
            now = max(now, min(happens, nextLook, due, end))
            if happens <= now { happen() }
            if nextLook <= now { look() }
            if due <= now { apply(.time) }
            due = state.nextTime ?? .max
            require(hasLeft || due > now, "something is due, and stays so")
            if now >= end { return }
        }
    }

    private mutating func happen() {
        for (pid, process) in processes.sorted(by: { $0.key < $1.key }) {
            if let readyAt = process.readyAt, readyAt <= now, process.endsAt ?? .max > now {
                processes[pid]?.readyAt = nil
                processes[pid]?.isReady = true
                apply(.workerReady(slot: process.slot))
            }
            if processes[pid]?.endsAt ?? .max <= now, let ended = processes.removeValue(forKey: pid) { apply(.workerEnded(pid: pid, ended.end)) }
        }
    }

    private mutating func look() {
        nextLook = now + 1_000
        var ticks = [Int](repeating: 0, count: Self.slotCount)
        for (pid, process) in processes {
            if !process.isHung { processes[pid]?.tick = now }
            ticks[process.slot] = process.isHung ? process.tick : now
        }
        apply(.signsOfLife(ticks))
    }

    /// The whole machine does not run for a while; then the master is the first to.
    mutating func suspend(milliseconds: Int) {
        now += milliseconds
        for pid in processes.keys {
            processes[pid]?.endsAt? += milliseconds
            processes[pid]?.readyAt? += milliseconds
        }
        nextLook = now
        let hung = processes.filter { $0.value.isHung && !$0.value.wasAsked }.keys
        look()
        require(hung.allSatisfy { processes[$0]?.wasAsked != true } || !state.isRunningFreely, "a suspension had a worker killed")
    }

    /// Something that operators, requests or bad luck bring about.
    mutating func disturb() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<12: resize()
        case 12..<24: requestReload()
        case 24..<32: apply(.step(chance(50) ? 1 : -1))
        case 32..<60: hurt()
        case 60..<75: apply(.load(PoolSizer.Load(queue: chance(50) ? 0 : Int.random(in: 1...50, using: &random), busy: processes.count)))
        case 75..<77: apply(.rest)
        case 77..<79: suspend(milliseconds: Int.random(in: 3_001...60_000, using: &random))
        case 79: stop(isGraceful: chance(50))
        default: pass(milliseconds: Int.random(in: 1...3_000, using: &random))
        }
    }

    private mutating func resize() {
        lastTask += 1
        openTasks.insert(lastTask)
        let low = Int.random(in: 1...8, using: &random)
        apply(.resize(task: lastTask, low...Int.random(in: low...8, using: &random)))
    }

    mutating func requestReload() {
        lastTask += 1
        lastGeneration += 1
        openTasks.insert(lastTask)
        let low = Int.random(in: 1...8, using: &random)
        let range = low...Int.random(in: low...8, using: &random)
        apply(.reload(PoolState.Plan(task: lastTask, generation: lastGeneration, range: range, limits: Self.limits)))
    }

    mutating func stop(isGraceful: Bool) { apply(.stop(isGraceful: isGraceful)) }

    /// A worker ends, or hangs.
    private mutating func hurt() {
        guard let pid = processes.keys.sorted().randomElement(using: &random), var process = processes[pid] else { return }
        if chance(80) { plan(randomEnd(), of: &process, within: 0...50) } else { process.isHung = true }
        processes[pid] = process
    }

    /// From now on all processes do as they should; those that hang do so on.
    mutating func endTrouble() {
        hasTrouble = false
        for (pid, process) in processes where !process.isReady && process.readyAt == nil { processes[pid]?.readyAt = now + 1 }
        if state.phase == .resting { requestReload() }
    }
}

// MARK: - What must hold

extension SimulatedPool {
    private mutating func checkInvariants() {
        guard fault == nil else { return }
        var members = 0
        for process in processes.values where process.generation == state.generation && !process.wasAsked { members += 1 }
        let allowed = state.phase == .resting || state.phase == .stopping ? 0 : state.size
        require(members <= allowed, "there are more workers than there may be")
        require(state.range.contains(state.size), "the size is not in the range")
        require(state.occupied == processes.count + state.braked, "a slot is neither free, nor a worker's, nor braked")
        require(!state.isStopping || openTasks.isEmpty || !processes.isEmpty, "a stop leaves tasks without an answer")
    }

    /// Says what is wrong where the pool is not as it was asked to be.
    mutating func checkRecovery() {
        require(openTasks.isEmpty, "a task was never answered")
        require(processes.count == state.size && state.readyCount == state.size, "there are not as many workers as were asked for")
        require(state.occupied == state.size && state.nextTime == nil, "there is something left")
    }

    mutating func checkEnd() { require(hasLeft && openTasks.isEmpty, "the stop did not end") }
}

extension PoolState {
    /// Whether nobody is on the way out.
    fileprivate var isRunningFreely: Bool { phase == .running && !isReloading && !isResizing }
}
