import Glibc
import SystemPackage

/// What a master hands to the one that takes its place: descriptors that stay open over `exec`, by their numbers. They are not moved to numbers of
/// their own, where something else that is inherited may be.
struct Inheritance: Equatable {
    /// The environment variable that says so.
    static let variable = "DEBRIEF_UPGRADE"

    /// The listening socket.
    var listener: CInt
    /// Where the new master says that it is ready.
    var ready: CInt
    /// Whether the new master is to remove the socket's file at its end.
    var isOwner: Bool
    /// The process of the old master.
    var master: pid_t

    init(listener: CInt, ready: CInt, isOwner: Bool, master: pid_t) {
        self.listener = listener
        self.ready = ready
        self.isOwner = isOwner
        self.master = master
    }

    /// Reads text such as `listener=7,ready=9,owner=1,master=4711`; nil where it is anything else. Names that are not known are
    /// passed over, since the master that wrote it may be of a later version: that is the way back.
    init?(parsing text: String) {
        var values: [Substring: CInt] = [:]
        for field in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, values[parts[0]] == nil, let value = number(parts[1]) else { return nil }
            values[parts[0]] = value
        }
        guard let listener = values["listener"], let ready = values["ready"], let owner = values["owner"], let master = values["master"]
        else { return nil }
        // The first three are the standard files of whoever started the master.
        guard listener > 2, ready > 2, listener != ready, owner <= 1 else { return nil }
        self.init(listener: listener, ready: ready, isOwner: owner == 1, master: master)
    }

    /// As the variable has it.
    var text: String { "listener=\(listener),ready=\(ready),owner=\(isOwner ? 1 : 0),master=\(master)" }

    /// What this process was handed, once: the variable is gone afterwards, and the next `exec` closes both descriptors. nil where it was not started
    /// by a master; `EINVAL` where the variable is nonsense, `EBADF` where a descriptor is not open.
    static func take() throws(Errno) -> Inheritance? {
        guard let text = ProcessEnvironment.value(variable) else { return nil }
        ProcessEnvironment.remove(variable)
        guard let inheritance = Inheritance(parsing: text) else { throw .invalidArgument }
        try setCloseOnExec(true, of: inheritance.listener)
        try setCloseOnExec(true, of: inheritance.ready)
        return inheritance
    }

    /// Lets the next `exec` hand both descriptors on. For the forked child that becomes the new master.
    func makeInheritable() throws(Errno) {
        try setCloseOnExec(false, of: listener)
        try setCloseOnExec(false, of: ready)
    }
}

/// A number in ASCII digits.
private func number(_ text: Substring) -> CInt? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? CInt(text) : nil
}
