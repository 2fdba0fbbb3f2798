import CProcess
import Glibc
import SystemPackage

/// What the processes of the pool give up: the master at its start, each child right after the fork, before it reads anything of the network.
///
/// Nothing of it comes back: not by a bug, and not by a program that is run. Only the child that becomes a new master keeps what the master has.
struct Privileges: Sendable {
    /// More descriptors than a child ever has: its sockets, the log, a few files while it connects.
    private static let mostDescriptors: CUnsignedInt = 256
    /// Settings, and the ways to whoever looks after the master, are not for a child.
    private static let mastersVariables = ["DEBRIEF_*", "NOTIFY_SOCKET", "LISTEN_*"]
    /// libpq's, among them a password: not for a child that has no connection to PostgreSQL.
    private static let databaseVariables = ["PG*"]

    /// Who the children become; nil where they stay who the master is.
    let account: Account?

    /// Gives up what a child does not need; it is to end where this throws.
    ///
    /// - Parameters:
    ///   - descriptors: what stays open beside standard input, output and error: not what whoever started the master left open by mistake.
    ///   - connects: whether it connects to PostgreSQL.
    func drop(keeping descriptors: [CInt], connects: Bool = true) throws(Errno) {
        var kept = descriptors
        debrief_close_others(&kept, CUnsignedInt(kept.count))
        withCStrings(Self.mastersVariables + (connects ? [] : Self.databaseVariables)) { debrief_forget_environment($0) }
        if let account {
            try check(debrief_become(account.user, account.group))
            // libpq would look for root's files, and fail where it may not.
            for (name, value) in [("HOME", account.home), ("USER", account.name), ("LOGNAME", account.name)] { setenv(name, value, 1) }
        }
        try check(debrief_give_up_capabilities())
        try check(debrief_no_new_privileges())
        // Behind the change of the account, which takes it back.
        try check(debrief_not_dumpable())
        try check(debrief_limit_descriptors(Self.mostDescriptors))
        OutOfMemory.offerThisProcess()
    }

    /// Gives up what the master itself does not need, once it is known who its children become.
    func dropOfMaster() throws(Errno) {
        guard account != nil else { return }
        try check(setgroups(0, nil))
    }
}

/// What commands need to know of rights.
public enum ServerProcess {
    /// The admin's connection string: no business of a process that serves.
    private static let adminsVariables = ["DEBRIEF_ADMIN_DATABASE"]

    /// What `serve` does before all else: sees to it that nobody but root can read this process's memory, and that its environment is not listed
    /// with it; has new files be for the account and its group alone; and lets no program that it runs gain rights.
    ///
    /// For a process of one thread that has not changed its environment yet.
    public static func protect() {
        // None of these has a reason to fail on a kernel of the last ten years; and where one did, it would be no reason not to serve.
        _ = debrief_not_dumpable()
        _ = debrief_no_new_privileges()
        _ = withCStrings(adminsVariables) { debrief_hide_environment($0) }
        // Nothing that whoever started this has forbidden.
        umask(umask(0o777) | 0o027)
    }

    /// Does something as who the workers become, and is root again behind it, so that a check finds what they will. Where nobody is named, or root
    /// does not run this, it is done as it is.
    public static func asWorkers<R>(_ options: PoolOptions, _ body: () -> R) throws(Master.Failure) -> R {
        guard options.user != nil || options.group != nil else { return body() }
        let account: Account?
        do throws(Account.Refusal) {
            account = try Account.ofChildren(user: options.user, group: options.group)
        } catch {
            throw .account(error.reason)
        }
        guard let account else { return body() }
        let home = ProcessEnvironment.value("HOME")
        guard setegid(account.group) == 0, seteuid(account.user) == 0 else { throw .system(Errno(rawValue: errno)) }
        setenv("HOME", account.home, 1)
        defer {
            _ = seteuid(0)
            _ = setegid(0)
            if let home { setenv("HOME", home, 1) } else { ProcessEnvironment.remove("HOME") }
        }
        return body()
    }
}

private func check(_ result: CInt) throws(Errno) {
    guard result == 0 else { throw Errno(rawValue: errno) }
}

/// Lends strings as C wants a list of them, with a NULL behind the last.
private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let list: [UnsafePointer<CChar>?] = copies.map { UnsafePointer($0) } + [nil]
    return list.withUnsafeBufferPointer { list in
        guard let first = list.baseAddress else { preconditionFailure("the list has an end") }
        return body(first)
    }
}
