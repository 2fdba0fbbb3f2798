import Glibc

/// The account that the children of a master which root has started become, as `user` and `group` are PHP-FPM's.
struct Account: Equatable, Sendable {
    /// Why there is none that will do; a line that names the setting.
    struct Refusal: Error {
        let reason: String
    }

    let user: uid_t
    let group: gid_t
    let name: String
    /// Where libpq looks for files of the account's own.
    let home: String

    /// Who the children are to be; nil where they stay who the master is, since only root can choose.
    ///
    /// - Parameters:
    ///   - user: the name or number of an account.
    ///   - group: that of a group; nil for the account's own.
    static func ofChildren(user: String?, group: String?) throws(Refusal) -> Account? {
        guard geteuid() == 0 else {
            try requireOwn(user, group)
            return nil
        }
        guard let user else {
            throw Refusal(reason: "started as root; set DEBRIEF_USER to the account without rights that its workers are to become")
        }
        guard let entry = entry(of: user) else {
            throw Refusal(reason: "DEBRIEF_USER is \(user); there is no such account; make it: adduser --system --group \(user)")
        }
        guard let number = group.map(number(ofGroup:)) ?? entry.group else { throw Refusal(reason: missing(group)) }
        guard entry.user != 0 else { throw Refusal(reason: "DEBRIEF_USER is \(user), which is root; wanted is an account without rights") }
        guard number != 0 else { throw Refusal(reason: "DEBRIEF_GROUP is root's; wanted is a group without rights") }
        return Account(user: entry.user, group: number, name: entry.name, home: entry.home)
    }

    /// What names somebody else would be ignored, and so is refused.
    private static func requireOwn(_ user: String?, _ group: String?) throws(Refusal) {
        if let user, entry(of: user)?.user != geteuid() {
            throw Refusal(reason: "DEBRIEF_USER is \(user), and this was started by user \(geteuid()); only root can become another")
        }
        if let group, number(ofGroup: group) != getegid() {
            throw Refusal(reason: "DEBRIEF_GROUP is \(group), and this was started in group \(getegid()); only root can choose another")
        }
    }

    private static func missing(_ group: String?) -> String {
        group.map { "DEBRIEF_GROUP is \($0); there is no such group" }
            ?? "DEBRIEF_GROUP has to be set, since DEBRIEF_USER is a number without an account"
    }
}

// MARK: - The system's lists

extension Account {
    /// What `passwd(5)` has; a number that it does not know is a user without a group.
    private struct Entry {
        var user: uid_t
        var group: gid_t?
        var name: String
        var home: String
    }

    /// More than any entry takes.
    private static let largestEntry = 65_536

    /// By name, and where there is none, by number. The C functions are `getpwnam_r` and `getpwuid_r`.
    private static func entry(of user: String) -> Entry? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: largestEntry)
        let number = number(user)
        if getpwnam_r(user, &entry, &buffer, buffer.count, &found) != 0 || found == nil, let number {
            _ = getpwuid_r(number, &entry, &buffer, buffer.count, &found)
        }
        guard found != nil else { return number.map { Entry(user: $0, group: nil, name: user, home: "/nonexistent") } }
        return Entry(user: entry.pw_uid, group: entry.pw_gid, name: String(cString: entry.pw_name), home: String(cString: entry.pw_dir))
    }

    /// By name, and where there is none, by number. The C function is `getgrnam_r`.
    private static func number(ofGroup group: String) -> gid_t? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: largestEntry)
        guard getgrnam_r(group, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return number(group) }
        return entry.gr_gid
    }

    /// ASCII digits; the last number of all says "nobody given" to the kernel.
    private static func number(_ text: String) -> UInt32? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt32(text).flatMap { $0 == .max ? nil : $0 }
    }
}
