import SystemPackage

/// `scale` beside the control socket: how many workers were asked for by command. It wins over DEBRIEF_WORKERS, at each start and reload, until
/// `scale default`.
struct KeptScale {
    /// Why the file is of no use; a sentence that names it.
    struct Unusable: Error, CustomStringConvertible {
        /// What was expected, and what came.
        let description: String
    }

    private let file: SmallFile

    init(besideControl control: String) { file = SmallFile("scale", besideControl: control) }

    /// What is kept; nil where nothing is.
    ///
    /// - Parameter parse: the range that text such as `8` or `4..32` means; nil where it means none.
    func range(parse: (String) -> ClosedRange<Int>?) throws(Unusable) -> ClosedRange<Int>? {
        let text: String?
        do throws(Errno) {
            text = try file.read()
        } catch {
            throw Unusable(description: "cannot read the scale that is kept in \(file.path): \(error)")
        }
        guard let text else { return nil }
        guard let range = parse(text) else {
            throw Unusable(description: "\(file.path) has to hold a number of workers, or two as in 4..32; scale default removes it")
        }
        return range
    }

    /// Keeps a range: `8` where both ends are 8.
    func keep(_ range: ClosedRange<Int>) throws(Errno) {
        try file.write(WorkerRange.text(range))
    }

    /// Keeps nothing any more.
    func remove() throws(Errno) { try file.remove() }
}
