import FuzzTargets
import Glibc

// The entry that libFuzzer, which brings `main`, calls for each input. One process fuzzes one target, the one that the environment names.

private let target: FuzzTarget = {
    let name = getenv("DEBRIEF_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        fatalError("DEBRIEF_FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return target
}()

/// Traps where the judge disagrees: libFuzzer then keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
