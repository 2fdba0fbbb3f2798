import CProcess
import Glibc

enum Version { static let current = "0.1.0" }
enum Operator {
    static func run(_ options: PoolOptions, scoreboard: Scoreboard, queueOf listener: borrowing Listener, master: pid_t, log: LogFile) -> CInt {
        _ = debrief_die_with_parent(SIGKILL)
        guard getppid() == master else { return 0 }
        _ = debrief_block_signals(0)
        pause()
        return 0
    }
}
extension PoolSnapshot {
    var exitStatus: Int { 0 }
    var text: String { "\(workers)\n" }
    var json: String { "{}\n" }
}
