import SystemPackage

/// What to do where a socket cannot be opened at its path or address.
enum ListeningAdvice {
    /// The end of a sentence that has said what came.
    ///
    /// - Parameters:
    ///   - place: the path, or the address and port.
    ///   - setting: the one that says so.
    static func text(_ error: Errno, at place: String, setting: String) -> String {
        let folder = FilePath(place).removingLastComponent().string
        return switch error {
        case .noSuchFileOrDirectory, .notDirectory:
            "make the folder \(folder.isEmpty ? "." : folder), or have the service manager make it (RuntimeDirectory= in systemd)"
        case .addressInUse:
            "another program listens there, or there is a file of another account's: end it (debrief stop), or set \(setting) to another"
        case .permissionDenied, .readOnlyFileSystem:
            "let this account write to the folder \(folder.isEmpty ? "." : folder), or set \(setting) to another"
        case .notSocket: "what is there is no socket: remove it, or set \(setting) to another path"
        case .noSpace: "make room on the disk of \(folder)"
        case .addressNotAvailable: "this machine has no such address: set \(setting) to one that it has, as 127.0.0.1:9000"
        case .fileNameTooLong: "set \(setting) to a shorter path"
        default: "see whether \(setting) is right"
        }
    }
}
