/// A connection string, and where it was read: for messages, which never repeat the string itself.
public struct ConnectionSetting: Sendable {
    /// For libpq; empty is libpq's own environment.
    public let conninfo: String
    /// Where it stands: a setting's name and its file and line, or the environment. Without a secret.
    public let place: String

    /// What a source gives for a setting that is a connection string.
    init(_ setting: Setting<String>, in source: SettingsSource) throws(SettingsError) {
        conninfo = try setting.value(in: source)
        place =
            switch source.text(of: setting.name)?.place {
            case let place?: "\(setting.name) \(place)"
            case nil: "libpq's own environment, since \(setting.name) is not set"
            }
    }
}
