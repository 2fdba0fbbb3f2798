import CProcess
import Glibc
import SystemPackage

/// What a worker waits for: a signal, a connection, or time.
///
/// Several workers wait for the same listener. With `poll` each connection would wake all of them; registered as exclusive, it wakes one.
struct EventQueue: ~Copyable {
    enum Event {
        case signal
        case connection
    }

    private let descriptor: CInt
    private let signals: CInt
    private let listener: CInt
    /// Whether connections are waited for.
    private(set) var isListening = true

    init(signals: borrowing SignalDescriptor, listener: borrowing Listener) throws(Errno) {
        let descriptor = debrief_epoll_create()
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        guard debrief_epoll_add(descriptor, signals.descriptor, false) == 0, debrief_epoll_add(descriptor, listener.descriptor, true) == 0 else {
            let error = Errno(rawValue: errno)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.signals = signals.descriptor
        self.listener = listener.descriptor
    }

    deinit { close(descriptor) }

    /// Waits for connections, or for signals alone.
    mutating func listen(_ wanted: Bool) throws(Errno) {
        guard wanted != isListening else { return }
        let failed = wanted ? debrief_epoll_add(descriptor, listener, true) : debrief_epoll_remove(descriptor, listener)
        guard failed == 0 else { throw Errno(rawValue: errno) }
        isListening = wanted
    }

    /// The next event; nil where the time ran out first. -1 waits without a limit.
    func wait(milliseconds: CInt) -> Event? {
        while true {
            let ready = debrief_epoll_wait(descriptor, milliseconds)
            if ready >= 0 { return ready == signals ? .signal : .connection }
            if errno == 0 { return nil }
        }
    }
}
