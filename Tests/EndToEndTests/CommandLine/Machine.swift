import Foundation
import Support

/// A machine with another nginx.
enum Machine {
    /// A PATH on which Debian's package manager is a shell script, and nginx another.
    ///
    /// - Parameters:
    ///   - packages: what the one does.
    ///   - nginx: what the other does.
    static func path(packages: String, nginx: String = "exit 1") throws -> String {
        let folder = Run.makeFolder("path", for: .invoker)
        for (name, script) in [("dpkg-query", packages), ("nginx", nginx)] { try Executable.write("#!/bin/sh\n\(script)\n", to: "\(folder)/\(name)") }
        return "\(folder):/usr/sbin:/usr/bin:/sbin:/bin"
    }

    /// One on which nginx is installed in that version.
    static func path(nginx version: String) throws -> String { try path(packages: "echo 'installed \(version)'") }
}
