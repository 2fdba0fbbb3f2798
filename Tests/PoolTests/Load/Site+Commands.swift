import Foundation
import Pool
import Support
import Testing

extension Site {
    /// Has the master do something, by its socket, as the commands do.
    func ask(_ command: ControlCommand) throws -> ControlAnswer {
        try ControlClient.ask(command, at: deployment.controlSocket, within: 60_000)
    }

    /// Has the master do something that has to succeed.
    func tell(_ command: ControlCommand, location: SourceLocation = #_sourceLocation) throws {
        let answer = try ask(command)
        #expect(answer.status == 0, "\(command.line): \(answer.text)", sourceLocation: location)
    }

    /// How often a text stands in the pool's log.
    func logged(_ text: String) -> Int { deployment.log.components(separatedBy: text).count - 1 }

    /// The workers by their number, waited for: `status` answers with what is, not with what will be.
    func waitForWorkers(_ count: Int) throws { try eventually(within: 30) { deployment.workers.count == count } }

    /// The numbers of the descriptors that a process of the pool's has open; none where this one may not look.
    func descriptors(of pid: pid_t) -> [CInt] { Inspection.descriptors(of: pid).keys.sorted() }

    /// The inode of the listening socket, of which there has to be one: it is the same as long as the socket stays open.
    func listeningInode() throws -> Substring {
        // Foundation reads a page of such a file, and no more.
        let sockets = try run(["/bin/cat", "/proc/net/unix"]).output
        // Num RefCount Protocol Flags Type St Inode Path; unix(7): the flag says that it listens.
        let entries: [[Substring]] = lines(sockets).map { $0.split(separator: " ") }
        let inodes = entries.filter { $0.count == 8 && $0[3] == "00010000" && $0[7] == deployment.fastCGISocket }.map { $0[6] }
        #expect(inodes.count == 1)
        return try #require(inodes.first)
    }
}

/// How often something is done: a few times in each run, and as often as promised in a long one.
func often(_ long: Int, normally count: Int) -> Int { Run.isLong ? long : count }
