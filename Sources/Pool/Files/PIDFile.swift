import Glibc
import SystemPackage

/// `debrief.pid` beside the control socket: which process is the master.
///
/// For admins' scripts only. No program here trusts it: the process that it names may be another by now.
struct PIDFile {
    private let file: SmallFile

    init(besideControl control: String) { file = SmallFile("debrief.pid", besideControl: control) }

    /// Names this process, whoever was named before: a master that was killed, or one that this one takes the place of.
    func write() throws(Errno) { try file.write("\(getpid())") }

    /// The process that it names; nil where it names none.
    var pid: pid_t? { (try? file.read()).flatMap { pid_t($0) } }

    /// Takes it away where it still names this process. A master that has taken this one's place has its own there.
    func remove() {
        if pid == getpid() { try? file.remove() }
    }
}
