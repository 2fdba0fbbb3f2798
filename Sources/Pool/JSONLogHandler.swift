import JSON
import Logging
import SystemPackage
import Waiting

/// Writes each entry as one line of JSON to standard error, in one `write`, so that lines of several processes never mix.
///
/// `time`, `level` and `message` come first, then the metadata by name. A log that cannot be written stops nothing.
public struct JSONLogHandler: LogHandler {
    /// What every entry carries.
    public var metadata: Logger.Metadata = [:]
    /// Entries below are left out.
    public var logLevel: Logger.Level
    /// None is used here.
    public var metadataProvider: Logger.MetadataProvider?

    /// A handler for a level.
    public init(level: Logger.Level) { logLevel = level }

    /// The handler's own metadata by key.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an entry.
    public func log(event: LogEvent) {
        var line = JSONWriter(capacity: 512)
        line.raw(#"{"time":"#)
        line.instant(.now)
        line.raw(#","level":"#)
        line.string(event.level.rawValue)
        line.raw(#","message":"#)
        line.string(event.message.description)
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line.raw(",")
            line.string(key)
            line.raw(":")
            line.string(value.description)
        }
        line.raw("}\n")
        line.withBytes { bytes in
            _ = bytes.withUnsafeBytes { try? FileDescriptor.standardError.writeAll($0) }
        }
    }
}
