/// What whoever looks has chosen to see.
struct TopView: Equatable {
    /// What the workers are sorted by.
    enum Order: Equatable {
        /// The place in the pool, ascending; all others descending.
        case slot
        /// Requests a second.
        case rate
        /// How long the worker has been at its request.
        case time
        /// Requests since its start.
        case requests
        case memory

        init?(key: Unicode.Scalar) {
            switch key {
            case "s": self = .slot
            case "r": self = .rate
            case "t": self = .time
            case "n": self = .requests
            case "m": self = .memory
            default: return nil
            }
        }
    }

    var order = Order.slot
    var isPaused = false
    var isHelp = false
    /// Whether the workers have the room first, and the endpoints what is left.
    var areWorkersFirst = false
    /// How many workers are passed over at the top.
    var firstWorker = 0

    /// Does what a key says.
    ///
    /// - Returns: false for the key that ends it all.
    mutating func heed(_ key: Key, workers: Int) -> Bool {
        switch key {
        case .interrupt, .character("q"), .character("Q"): return false
        case .character(" "): isPaused.toggle()
        case .character("?"), .character("h"): isHelp.toggle()
        case .character("\t"): areWorkersFirst.toggle()
        case .up, .character("k"): firstWorker -= 1
        case .down, .character("j"): firstWorker += 1
        case .pageUp: firstWorker -= 10
        case .pageDown: firstWorker += 10
        case .character(let letter):
            guard let order = Order(key: letter) else { break }
            self.order = order
            firstWorker = 0
        case .suspend, .redraw: break
        }
        firstWorker = min(max(0, firstWorker), max(0, workers - 1))
        return true
    }
}

/// The pool as it was when last looked at.
struct TopPool: Equatable {
    /// What the last look found.
    enum Found: Equatable {
        /// Nothing yet.
        case nothing
        /// A master.
        case pool
        /// No master.
        case notRunning
        /// No answer: why, in a line.
        case fault(String)
    }

    var found = Found.nothing
    /// What the master last said; nil where there is no master.
    var status: TopStatus?
    var rates: TopRates?
    /// The longest queue since this master was first looked at, as far as looks have met it.
    var queuePeak = 0

    /// Takes what a master has said.
    mutating func take(_ new: TopStatus) {
        found = .pool
        if let status, status.isOfSameMaster(as: new) {} else { queuePeak = 0 }
        queuePeak = max(queuePeak, new.queue ?? 0)
        rates = TopRates(from: status, to: new)
        status = new
    }

    /// Takes that there is no master.
    mutating func takeNotRunning() { self = TopPool(found: .notRunning) }
}
