import JSON
import Logging

/// Writes each entry as one line of JSON.
///
/// `time`, `level` and `message` come first, then the metadata by name; whole numbers among it come as numbers.
struct JSONLogHandler: LogHandler {
    /// What every entry carries.
    var metadata: Logger.Metadata = [:]
    /// Entries below are left out.
    var logLevel: Logger.Level
    /// None is used here.
    var metadataProvider: Logger.MetadataProvider?
    private let file: LogFile

    /// A handler for a level.
    init(level: Logger.Level, file: LogFile) {
        logLevel = level
        self.file = file
    }

    /// The handler's own metadata by key.
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an entry.
    func log(event: LogEvent) {
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
            line.value(value)
        }
        line.raw("}\n")
        line.withBytes { file.write($0) }
    }
}

extension JSONWriter {
    fileprivate mutating func value(_ value: Logger.Metadata.Value) {
        if case .stringConvertible(let number as any FixedWidthInteger) = value {
            integer(Int64(clamping: number))
        } else {
            string(value.description)
        }
    }
}
