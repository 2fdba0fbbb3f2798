import Pool

/// What a command needs that only asks the master.
///
/// The master goes by the settings that it has read, and is to be asked, and to be stopped, also where the file makes no sense any more. So of that
/// no more is read than where the master listens, and how long it may take.
public struct ControlSettings: Sendable {
    /// The socket by which commands reach the master.
    public let path: String
    /// How long the master may take at the most, by its own limits, for what it was asked and for what was under way before.
    public let limitMilliseconds: Int

    /// Reads the process's environment and, behind it, a file.
    ///
    /// - Parameter file: the path of a file of `KEY=value` lines; nil for the environment alone.
    public init(file: String?) throws(SettingsError) {
        var source = SettingsSource(environment: environmentVariable)
        if let file { try source.add(file: file, names: Set(Settings.all.map(\.name)), isLenient: true) }
        try self.init(from: source)
    }

    init(from source: SettingsSource) throws(SettingsError) {
        let control = try Settings.control.value(in: source)
        path = if let control { control } else { Settings.controlPath(beside: try Settings.listen.value(in: source)) }
        let limits = [Settings.startTimeout, Settings.drainTimeout]
        limitMilliseconds = 2 * limits.map { (try? $0.value(in: source)) ?? $0.defaultValue }.reduce(Master.ownMilliseconds, +)
    }
}
