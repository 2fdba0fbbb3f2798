/// What the master knows and decides: event in, actions out. No clock, no process and no signal in here, so tests feed it tables of events.
///
/// Times are milliseconds of a monotonic clock. Workers have numbered slots: the lowest free one is filled first, and the highest is given up first.
/// A reload has old and new workers side by side, told apart by the generation of their settings.
struct PoolState {
    /// Limits that settings give.
    struct Limits: Equatable {
        /// How long new workers may take to be ready.
        var startMilliseconds: Int
        /// How long a request in flight may take after its worker was asked to leave.
        var drainMilliseconds: Int
        /// How long a worker may give no sign of life.
        var silenceMilliseconds: Int
    }

    /// New settings, for new workers.
    struct Plan: Equatable {
        /// By which its outcome is reported.
        var task: Int
        /// The number of these settings.
        var generation: Int
        var range: ClosedRange<Int>
        var limits: Limits
    }

    /// What happened.
    enum Event: Equatable {
        /// A worker was forked for a slot.
        case workerStarted(slot: Int, pid: Int32)
        /// Forking one failed.
        case startFailed(slot: Int)
        /// The worker in a slot can serve.
        case workerReady(slot: Int)
        /// A worker's process ended, for whatever cause.
        case workerEnded(pid: Int32, WorkerEnd)
        /// The last sign of life of the worker in each slot; the slots that were never used are left out.
        case signsOfLife([Int])
        /// How much there is to do.
        case load(PoolSizer.Load)
        /// There are to be so many workers from now on.
        case resize(task: Int, ClosedRange<Int>)
        /// One worker more, or one fewer.
        case step(Int)
        /// Settings have changed.
        case reload(Plan)
        /// The workers are to leave, and none to come.
        case rest
        /// The pool is to stop: after the requests in flight, or at once.
        case stop(isGraceful: Bool)
        /// Nothing but time passed.
        case time
    }

    /// What the master is to do now.
    enum Action: Equatable {
        /// Fork a worker with the settings of a generation, and report it by ``Event/workerStarted(slot:pid:)`` or ``Event/startFailed(slot:)``.
        case start(slot: Int, generation: Int)
        /// Send a worker a signal.
        case send(Signal, pid: Int32)
        /// Write down that a worker ended unasked.
        case unasked(RestartCause, pid: Int32, WorkerEnd)
        /// The new settings hold from now on: the workers that have them are ready, and the old ones were asked to leave.
        case committed(generation: Int)
        /// Tell whoever waits for a task what became of it.
        case done(task: Int, PoolOutcome)
        /// All workers are gone: leave.
        case leave
    }

    /// A worker that ends before this age without having answered a request has crashed at its start.
    static let shortestLifeMilliseconds = 1_000
    /// The brake on a crash loop: the pause before a slot's next worker, doubled with each that died young.
    static let firstPauseMilliseconds = 100
    static let longestPauseMilliseconds = 5_000
    /// How long an ended worker may take to go before it is killed.
    static let terminationMilliseconds = 2_000
    /// The master looks at its workers each second. Where it has not for so long, it did not run at all: machine, container or process were
    /// suspended, and the workers with them.
    static let suspensionMilliseconds = 2_100

    private(set) var phase = PoolPhase.running
    /// The number of the settings in force.
    private(set) var generation: Int
    /// How few and how many workers there may be.
    private(set) var range: ClosedRange<Int>
    /// How many there are to be now.
    private(set) var size: Int
    private var limits: Limits
    /// Those that were ever used; each event looks at all of them.
    private var slots: [PoolSlot] = []
    private let slotCount: Int
    /// Whether the requests in flight are not waited for any more.
    private var isHasty = false
    private var sizer: PoolSizer
    private var reload: Pending?
    private var resize: Pending?
    private var tasks: [Int: PoolTask] = [:]
    private var lastEvent: Int
    private var awakeSince: Int

    /// New workers that are waited for.
    private struct Pending {
        var plan: Plan
        let since: Int
        var deadline: Int
        /// What is gone back to where they do not come.
        var formerRange = 1...1
        var formerSize = 1
        /// Requests that workers finished which were asked to leave meanwhile.
        var finished = 0
    }

    /// A pool of that many slots, of whose workers none is started yet.
    init(generation: Int, range: ClosedRange<Int>, limits: Limits, slotCount: Int, at now: Int) {
        self.generation = generation
        self.range = range
        self.limits = limits
        size = range.lowerBound
        self.slotCount = slotCount
        sizer = PoolSizer(at: now)
        lastEvent = now
        awakeSince = now
    }

    /// Takes an event in; the actions are to be carried out in their order.
    mutating func handle(_ event: Event, at now: Int) -> [Action] {
        forgiveSuspension(at: now)
        var actions: [Action] = []
        switch event {
        case .workerStarted(let slot, let pid):
            slots[slot].begin(pid: pid, at: now)
        case .startFailed(let slot):
            slots[slot].pause(at: now)
            if slots[slot].generation == reload?.plan.generation { actions = failReload(.fork) }
        case .workerReady(let slot):
            slots[slot].becomeReady()
        case .workerEnded(let pid, let end):
            actions = remove(pid, end, at: now)
        case .signsOfLife(let ticks):
            actions = endSilent(ticks, at: now)
        case .load(let load):
            if phase == .running || phase == .reloading { size = sizer.size(for: load, now: size, within: range, at: now) }
        case .resize(let task, let range):
            actions = begin(task, range, at: now)
        case .step(let difference):
            resize(by: difference)
        case .reload(let plan):
            actions = begin(plan, at: now)
        case .rest where phase != .stopping:
            actions = end(in: .resting)
        case .stop(let isGraceful):
            actions = end(in: .stopping)
            isHasty = isHasty || !isGraceful
        case .rest, .time:
            break
        }
        return actions + due(at: now)
    }
}

// MARK: - What can be asked

extension PoolState {
    /// Whether new workers are waited for that take the place of the old.
    var isReloading: Bool { reload != nil }
    /// Whether workers are waited for that were asked for by ``Event/resize(task:_:)``.
    var isResizing: Bool { resize != nil }
    /// Whether the pool was told to stop.
    var isStopping: Bool { phase == .stopping }
    /// How often requests waited while there were as many workers as there may be.
    var limitReached: Int { sizer.limitReached }
    /// Slots whose next worker waits until a pause is over.
    var braked: Int { slots.count(where: \.isPaused) }
    /// How many workers serve with the settings in force.
    var readyCount: Int { readyCount(of: generation) }

    /// Why a worker was asked to leave, or ended; nil where it was not.
    func leaveReason(of pid: Int32) -> LeaveReason? { slots.first { $0.pid == pid }?.leaving?.reason }

    /// How many slots hold a worker, or wait for one.
    var occupied: Int { slots.count { !$0.isFree } }

    /// When ``Event/time`` is due next; nil where nothing waits for time to pass. No later than what would count as a suspension.
    var nextTime: Int? {
        let times = slots.lazy.compactMap { $0.pausedUntil ?? $0.leaving?.until }
        let due = [times.min(), reload?.deadline, resize?.deadline].compactMap(\.self).min()
        return due.map { min($0, lastEvent + Self.suspensionMilliseconds) }
    }

    private func members(of generation: Int) -> [Int] { slots.indices.filter { slots[$0].isMember(of: generation) } }

    private func readyCount(of generation: Int) -> Int { slots.count { $0.isReady && $0.isMember(of: generation) } }
}

// MARK: - Size

extension PoolState {
    private mutating func begin(_ task: Int, _ newRange: ClosedRange<Int>, at now: Int) -> [Action] {
        guard phase == .running || phase == .reloading, resize == nil else { return [.done(task: task, .scaleFailed(.overridden))] }
        let plan = Plan(task: task, generation: generation, range: newRange, limits: limits)
        resize = Pending(plan: plan, since: now, deadline: now + limits.startMilliseconds, formerRange: range, formerSize: size)
        range = newRange
        size = size(within: newRange)
        return []
    }

    private mutating func resize(by difference: Int) {
        let low = min(max(1, range.lowerBound + difference), largestSize)
        range = low...min(max(low, range.upperBound + difference), largestSize)
        size = size(plus: difference, within: range)
    }

    /// A reload has as many workers again beside the old ones.
    private var largestSize: Int { max(1, slotCount / 2) }

    private func size(plus difference: Int = 0, within range: ClosedRange<Int>) -> Int {
        min(max(size + difference, range.lowerBound), range.upperBound)
    }

    /// Ends the task of a resize where its workers are there: those asked to leave may still be at a request.
    private mutating func finishResize(at now: Int) -> [Action] {
        guard let pending = resize else { return [] }
        let ready = readyCount
        guard ready >= size else { return [] }
        resize = nil
        // What was asked for holds beyond the reload that is under way.
        reload?.plan.range = pending.plan.range
        var task = PoolTask(kind: .scale, ready: ready, wanted: size, milliseconds: now - pending.since)
        task.left = slots.count { $0.leaving?.task == pending.plan.task }
        task.finished = pending.finished
        return keep(task, as: pending.plan.task)
    }

    private mutating func failLateResize(at now: Int) -> [Action] {
        guard let resize, resize.deadline <= now, readyCount < size else { return [] }
        return failResize(.late(ready: readyCount, of: size))
    }

    /// Goes back to the size of before.
    private mutating func failResize(_ failure: PoolOutcome.Failure) -> [Action] {
        guard let pending = resize else { return [] }
        resize = nil
        range = pending.formerRange
        size = pending.formerSize
        return [.done(task: pending.plan.task, .scaleFailed(failure))]
    }
}

// MARK: - Reload

extension PoolState {
    private mutating func begin(_ plan: Plan, at now: Int) -> [Action] {
        guard phase != .stopping else { return [.done(task: plan.task, .reloadFailed(.overridden))] }
        let actions = failReload(.overridden)
        reload = Pending(plan: plan, since: now, deadline: now + plan.limits.startMilliseconds)
        if phase == .running { phase = .reloading }
        return actions
    }

    /// How many workers the new settings are to have. A resize that is under way outlasts the reload.
    private func size(under plan: Plan) -> Int { size(within: resize?.plan.range ?? plan.range) }

    /// Puts the new workers in the place of the old once all of them are ready.
    private mutating func commitReload(at now: Int) -> [Action] {
        guard let pending = reload else { return [] }
        let plan = pending.plan
        let wanted = size(under: plan)
        let ready = readyCount(of: plan.generation)
        guard ready >= wanted else { return pending.deadline <= now ? failReload(.late(ready: ready, of: wanted)) : [] }
        let formerSize = size(within: plan.range)
        reload = nil
        resize?.formerRange = plan.range
        resize?.formerSize = formerSize
        (generation, range, size, limits) = (plan.generation, resize?.plan.range ?? plan.range, wanted, plan.limits)
        phase = .running
        let asked = leave(.reload, at: now, task: plan.task) { $0.generation != plan.generation }
        var task = PoolTask(kind: .reload, ready: ready, wanted: wanted, milliseconds: now - pending.since)
        task.left = asked.count
        return [.committed(generation: plan.generation)] + asked + keep(task, as: plan.task)
    }

    /// Gives the new workers up. They may be at requests already, so they are asked to leave like any other.
    private mutating func failReload(_ failure: PoolOutcome.Failure) -> [Action] {
        guard let pending = reload else { return [] }
        reload = nil
        if phase == .reloading { phase = .running }
        return [.done(task: pending.plan.task, .reloadFailed(failure))]
    }
}

// MARK: - Leaving

extension PoolState {
    /// Wants no workers any more, nor what was to be done with them.
    private mutating func end(in phase: PoolPhase) -> [Action] {
        let actions = failReload(.overridden) + failResize(.overridden)
        self.phase = phase
        return actions
    }

    /// Asks the workers that fit to leave after their request, and forgets the pauses of those that were to come.
    private mutating func leave(_ reason: LeaveReason, at now: Int, task: Int? = nil, where fits: (PoolSlot) -> Bool) -> [Action] {
        var actions: [Action] = []
        for index in slots.indices where !slots[index].isFree && fits(slots[index]) {
            actions += slots[index].leave(reason, until: now + limits.drainMilliseconds, task: task)
        }
        return actions
    }

    /// Asks those to leave whose settings nobody wants, or no longer. They can have been on their way when that came about.
    private mutating func dismissUnwanted(at now: Int) -> [Action] {
        let next = reload?.plan.generation
        switch phase {
        case .running, .reloading, .upgrading:
            let current = generation
            return leave(.failedReload, at: now) { $0.generation != current && $0.generation != next }
        case .resting:
            return leave(.rest, at: now) { $0.generation != next }
        case .stopping:
            guard isHasty else { return leave(.stop, at: now) { _ in true } }
            return slots.indices.flatMap { slots[$0].terminate(at: now) }
        }
    }

    private mutating func endSilent(_ ticks: [Int], at now: Int) -> [Action] {
        zip(slots.indices, ticks).flatMap { index, tick in
            slots[index].endIfSilent(since: max(tick, awakeSince), for: limits.silenceMilliseconds, at: now)
        }
    }

    /// A worker is gone: what for, and what that ends.
    private mutating func remove(_ pid: Int32, _ end: WorkerEnd, at now: Int) -> [Action] {
        guard let index = slots.firstIndex(where: { $0.pid == pid }) else { return [] }
        let slot = slots[index]
        var actions: [Action] = []
        let cause = slot.cause(of: end)
        if let cause { actions.append(.unasked(cause, pid: pid, end)) }
        if slot.diesYoung(end, at: now) { slots[index].pause(at: now) } else { slots[index].free() }
        if let reload, slot.generation == reload.plan.generation, slot.leaving == nil, cause != nil, cause != .maxRequests {
            actions += failReload(.died(end))
        }
        if let task = slot.leaving?.task { actions += finish(task, hasFinishedRequest: end.hasFinishedRequest) }
        return actions
    }

    private mutating func keep(_ task: PoolTask, as id: Int) -> [Action] {
        guard task.left > 0 else { return [.done(task: id, task.outcome)] }
        tasks[id] = task
        return []
    }

    private mutating func finish(_ id: Int, hasFinishedRequest: Bool) -> [Action] {
        guard var task = tasks.removeValue(forKey: id) else {
            if resize?.plan.task == id && hasFinishedRequest { resize?.finished += 1 }
            return []
        }
        task.left -= 1
        if hasFinishedRequest { task.finished += 1 }
        return keep(task, as: id)
    }
}

// MARK: - What is due, whatever the event was

extension PoolState {
    private mutating func due(at now: Int) -> [Action] {
        var actions = commitReload(at: now) + failLateResize(at: now) + dismissUnwanted(at: now)
        for index in slots.indices where slots[index].isEscalationDue(at: now) { actions += slots[index].escalate(at: now) }
        switch phase {
        case .running, .reloading, .upgrading: actions += fill(generation, to: size, at: now)
        case .resting: break
        case .stopping: return actions + (occupied == 0 ? [.leave] : [])
        }
        if let plan = reload?.plan { actions += fill(plan.generation, to: size(under: plan), at: now) }
        return actions + finishResize(at: now)
    }

    /// The lowest slot that is free; nil where none is.
    private mutating func freeSlot() -> Int? {
        if let free = slots.firstIndex(where: \.isFree) { return free }
        guard slots.count < slotCount else { return nil }
        slots.append(PoolSlot())
        return slots.count - 1
    }

    /// Starts what is missing of a generation, whose pauses are over, and asks what is too many to leave.
    private mutating func fill(_ generation: Int, to size: Int, at now: Int) -> [Action] {
        var actions: [Action] = []
        var members = members(of: generation)
        while members.count > size {
            // One that is still to come is missed by nobody.
            let index = members.remove(at: members.lastIndex { slots[$0].pid == nil } ?? members.count - 1)
            actions += slots[index].leave(.scale, until: now + limits.drainMilliseconds, task: resize?.plan.task)
        }
        while members.count < size, let free = freeSlot() {
            slots[free].reserve(generation: generation, at: now)
            members.append(free)
        }
        for index in members where slots[index].startIfDue(at: now) { actions.append(.start(slot: index, generation: generation)) }
        return actions
    }

    /// Where the master has not run for a while, nothing else has: time that nobody had counts against nobody.
    private mutating func forgiveSuspension(at now: Int) {
        let gap = now - lastEvent
        lastEvent = now
        guard gap > Self.suspensionMilliseconds else { return }
        awakeSince = now
        reload?.deadline += gap
        resize?.deadline += gap
        for index in slots.indices { slots[index].leaving?.until += gap }
    }
}
