import Foundation
import Support
import Testing

/// What a process of the pool takes of the machine.
struct Measure: CustomStringConvertible {
    /// Resident memory, what is shared with others included.
    var residentKilobytes: Int
    /// Memory that no other process has.
    var privateKilobytes: Int
    /// Open files.
    var descriptors: Int

    var description: String { "\(residentKilobytes) kB, \(privateKilobytes) kB private, \(descriptors) descriptors" }
}

extension Site {
    /// What each process takes now: master, operator's process, and workers.
    func measures() throws -> [pid_t: Measure] {
        let operatorProcess = try #require(deployment.operatorProcess)
        let processes = [deployment.masterID, operatorProcess] + deployment.workers
        return try Dictionary(uniqueKeysWithValues: processes.map { ($0, try measure(of: $0)) })
    }

    /// Expects the same processes as before, which have grown by less than so many kilobytes, and have no more descriptors.
    func expectNoGrowth(
        since before: [pid_t: Measure],
        of memory: KeyPath<Measure, Int>,
        below kilobytes: Int,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let after = try measures()
        #expect(after.keys == before.keys, sourceLocation: location)
        for (process, now) in after {
            let then = try #require(before[process], sourceLocation: location)
            let note = Comment("\(name(of: process) ?? ""): \(then), then \(now)")
            #expect(Run.isSanitized || now[keyPath: memory] - then[keyPath: memory] < kilobytes, note, sourceLocation: location)
            // One less where a request was at work before; one more while the operator's process asks for nginx's version.
            try eventually { descriptors(of: process).count <= then.descriptors }
        }
    }

    /// Where this process may not look, what everybody may see has to do: memory that is no file's, be it private or the master's, too.
    private func measure(of process: pid_t) throws -> Measure {
        let words = Inspection.text("/proc/\(process)/\(Inspection.isAllowed ? "smaps_rollup" : "status")").split { " \t\n".contains($0) }
        func kilobytes(_ name: Substring) throws -> Int {
            let index = try #require(words.firstIndex(of: name), "\(process)")
            return try #require(Int(words[index + 1]))
        }
        return Measure(
            residentKilobytes: try kilobytes(Inspection.isAllowed ? "Rss:" : "VmRSS:"),
            privateKilobytes: try Inspection.isAllowed ? kilobytes("Private_Clean:") + kilobytes("Private_Dirty:") : kilobytes("RssAnon:"),
            descriptors: descriptors(of: process).count
        )
    }

    /// What `debrief status` says, and the exit status with which it does.
    func status() throws -> (status: Int32?, text: String) {
        let answer = try deployment.command("status")
        return (answer.status, answer.output + answer.errors)
    }
}
