import Foundation

extension Cluster {
    /// What a server of a test's own has that others have not.
    public struct Options: Sendable {
        /// Where it listens, on a Unix socket and where `settings` say so.
        public var port: UInt16
        /// Over those that every server of the tests has.
        public var settings: [String: String]
        /// Lines before those of `pg_hba.conf`.
        public var access: [String]
        /// A command before the server's own, run as whoever runs the tests; it has to end in running that.
        public var launcher: [String]
        /// Where its files are, else than in a folder of its own.
        public var dataFolder: String?
        /// Of each file of its log.
        public var walSegmentMegabytes: Int
        /// More files in the data folder, by name: their text. Nobody but the server can read them.
        public var files: [String: String]

        /// None of it unless said.
        public init(
            port: UInt16 = 5_432,
            settings: [String: String] = [:],
            access: [String] = [],
            launcher: [String] = [],
            dataFolder: String? = nil,
            walSegmentMegabytes: Int = 16,
            files: [String: String] = [:]
        ) {
            self.port = port
            self.settings = settings
            self.access = access
            self.launcher = launcher
            self.dataFolder = dataFolder
            self.walSegmentMegabytes = walSegmentMegabytes
            self.files = files
        }

        /// Puts what is to be there into the folder that initdb has made.
        func complete(dataFolder: String) throws {
            let path = "\(dataFolder)/pg_hba.conf"
            if !access.isEmpty {
                let text = try String(contentsOfFile: path, encoding: .utf8)
                try (access.joined(separator: "\n") + "\n" + text).write(toFile: path, atomically: false, encoding: .utf8)
            }
            for (name, text) in files { try Cluster.put(text, at: "\(dataFolder)/\(name)") }
        }
    }

    /// Writes a file into the data folder, which the server reads when it is told to.
    public func write(_ text: String, to name: String) throws { try Self.put(text, at: "\(dataFolder)/\(name)") }

    /// Writes a file that the server alone can read, as it wants that of keys.
    static func put(_ text: String, at path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o600)
        if Run.isRoot, let postgres = Account.postgres.ids { chown(path, postgres.user, postgres.group) }
    }
}
