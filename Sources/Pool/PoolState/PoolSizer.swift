/// How many workers a pool that follows its queue is to have: a look at queue and workers in, a size out. No clock in here.
///
/// It grows fast, since requests wait, and shrinks slowly, since a worker that idles costs little: so it does not flap. Apache's prefork doubles what
/// it starts in the same way.
struct PoolSizer {
    /// The pool's load at one moment.
    struct Load: Equatable {
        /// Connections that wait to be accepted.
        var queue: Int
        /// Workers that are at a request.
        var busy: Int
    }

    /// How long at least there have to be more workers than the busiest moment needed before some of them go.
    static let windowMilliseconds = 10_000
    /// The most that are started at once.
    static let largestStep = 32

    private var waitsInARow = 0
    private var step = 1
    private var windowStart: Int
    private var windowPeak = 0
    /// Whether requests wait and there may be no more workers.
    private var isAtLimit = false
    /// How often that has begun.
    private(set) var limitReached = 0

    init(at now: Int) { windowStart = now }

    /// The size that the pool is to have from now on.
    mutating func size(for load: Load, now size: Int, within range: ClosedRange<Int>, at now: Int) -> Int {
        // One look can fall between the arrival of a request and the waking of an idle worker.
        waitsInARow = load.queue > 0 ? waitsInARow + 1 : 0
        guard waitsInARow < 2 else { return grown(load, size, range, at: now) }
        if load.queue == 0 {
            step = 1
            isAtLimit = false
        }
        return shrunk(load, size, range, at: now)
    }

    private mutating func grown(_ load: Load, _ size: Int, _ range: ClosedRange<Int>, at now: Int) -> Int {
        startWindow(at: now)
        let new = min(size + min(step, load.queue), range.upperBound)
        step = min(step * 2, Self.largestStep)
        if new <= size && !isAtLimit { limitReached += 1 }
        isAtLimit = new <= size
        return max(new, size)
    }

    /// Half of what is too many goes at the end of each window.
    private mutating func shrunk(_ load: Load, _ size: Int, _ range: ClosedRange<Int>, at now: Int) -> Int {
        windowPeak = max(windowPeak, load.busy + load.queue)
        guard now - windowStart >= Self.windowMilliseconds else { return size }
        // One to spare, so that the next request finds a worker that waits.
        let enough = max(range.lowerBound, windowPeak + 1)
        startWindow(at: now)
        return size > enough ? size - (size - enough + 1) / 2 : size
    }

    private mutating func startWindow(at now: Int) {
        windowStart = now
        windowPeak = 0
    }
}
