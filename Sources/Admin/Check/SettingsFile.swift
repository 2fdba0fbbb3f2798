import API
import Postgres
import SystemPackage

/// The file of settings as a thing on the disk: who may read and write it.
public enum SettingsFile {
    /// What is wrong with it, and what to do.
    ///
    /// A password is for root and the account of the workers, which can read the file by its group. That is what libpq asks of its own password file,
    /// and sshd of a key: where everybody may read it, it counts as given away.
    public static func faults(of path: String) -> [String] {
        guard let mode = try? Stat(FilePath(path)).permissions else { return [] }
        if mode.contains(.otherWrite) { return ["everybody on this machine may write to \(path); chmod o-w \(path)"] }
        guard mode.contains(.otherRead), holdsPassword(path) else { return [] }
        return [
            "everybody on this machine may read \(path), which holds a password; chmod o-r \(path), and let the workers' account read it by its group"
        ]
    }

    /// As a line of `check`.
    public static func check(_ path: String) -> DeploymentCheck { DeploymentCheck(name: "settings file", faults: faults(of: path)) }

    /// Whether a connection string in it does. The environment is not asked: what wins over the file is not what others can read.
    private static func holdsPassword(_ path: String) -> Bool {
        var source = SettingsSource { _ in nil }
        guard (try? source.add(file: path, names: Set(Settings.all.map(\.name)), isLenient: true)) != nil else { return false }
        return [Settings.database.name, Settings.adminDatabase.name].contains { name in
            source.text(of: name).map { ConnectionString.holdsPassword($0.text) } ?? false
        }
    }
}

extension Settings {
    /// Reads the settings for a process that serves: not from a file that gives a password away, or that everybody may write.
    public init(servingFrom file: String?) throws(SettingsError) {
        try self.init(file: file, isForServing: true)
        if let file, let fault = SettingsFile.faults(of: file).first { throw SettingsError(fault) }
    }
}
