import Admin
import ArgumentParser

/// The option that every command which needs a setting shares.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Read settings from FILE, in lines of KEY=value. The environment wins over it.", valueName: "file"),
        completion: .file()
    )
    var file: String?

    /// All settings, each checked.
    func read() throws(SettingsError) -> Settings { try Settings(file: file) }

    /// The same for a process that serves, without what it is not to know.
    func readToServe() throws(SettingsError) -> Settings { try Settings(servingFrom: file) }
}
