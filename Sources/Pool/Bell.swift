import CProcess
import Glibc
import SystemPackage

/// What workers ring when the scoreboard has news that the master should not wait for.
///
/// Rings that nobody has heard yet are one. The C function is `eventfd`.
struct Bell: ~Copyable {
    /// Readable once it was rung.
    let descriptor: CInt

    init() throws(Errno) {
        descriptor = debrief_bell()
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(descriptor) }

    /// Rings it; never waits.
    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout.size(ofValue: one))
    }

    /// Hears what was rung.
    func hear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout.size(ofValue: count))
    }
}
