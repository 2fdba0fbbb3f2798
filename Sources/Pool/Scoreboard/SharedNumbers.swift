import Glibc
import Synchronization
import SystemPackage

/// Numbers in memory that a process shares with the children that it forks, or a part of them.
///
/// Each number has one writer at a time. It is read and written by one instruction each, so a process that is killed between two leaves nothing
/// locked and nothing half written.
///
/// The C function is `mmap`, with `MAP_SHARED | MAP_ANONYMOUS`: zeros, which take no memory until they are touched. They stay mapped until the
/// process ends, as the pool does that has them.
struct SharedNumbers {
    private let base: UnsafeMutablePointer<Atomic<Int>>
    /// How many there are.
    let count: Int

    /// Maps that many numbers.
    init(count: Int) throws(Errno) {
        let size = count * MemoryLayout<Atomic<Int>>.stride
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else {
            throw Errno(rawValue: errno)
        }
        base = memory.assumingMemoryBound(to: Atomic<Int>.self)
        self.count = count
    }

    private init(base: UnsafeMutablePointer<Atomic<Int>>, count: Int) {
        self.base = base
        self.count = count
    }

    /// A part of them, which counts from 0 again.
    subscript(part: Range<Int>) -> SharedNumbers {
        precondition(part.lowerBound >= 0 && part.upperBound <= count, "no such numbers")
        return SharedNumbers(base: base + part.lowerBound, count: part.count)
    }

    /// One of them; 0 before it was written.
    subscript(index: Int) -> Int {
        get {
            precondition(index >= 0 && index < count, "no such number")
            return base[index].load(ordering: .relaxed)
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "no such number")
            base[index].store(newValue, ordering: .relaxed)
        }
    }
}
