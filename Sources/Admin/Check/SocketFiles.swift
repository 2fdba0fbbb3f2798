import API
import Pool
import SystemPackage

/// The sockets as files: who may connect, and who could put another in their place.
public enum SocketFiles {
    /// A line of `check` a socket. One that is not there yet, since nothing runs, is as good as its folder.
    ///
    /// - Parameter user: who the workers are to become where root starts the master; nil where nobody was named.
    public static func checks(listen: ListenAddress, control: String, user: String?) -> [DeploymentCheck] {
        let fastCGI =
            switch listen {
            case .unix(let path): check("fastcgi socket", path, mode: FilePermissions(rawValue: 0o660), setting: "DEBRIEF_LISTEN")
            case .tcp: DeploymentCheck(name: "fastcgi socket", note: "\(listen), to which every account of this machine may connect")
            }
        let operatorPath = FilePath(control).removingLastComponent().appending("operator.sock").string
        return [
            fastCGI,
            check(
                "control socket",
                control,
                mode: FilePermissions(rawValue: 0o600),
                setting: "DEBRIEF_CONTROL",
                more: [FolderOfRoot.fault(ofFile: control, user: user)].compactMap(\.self)
            ),
            check("operator socket", operatorPath, mode: FilePermissions(rawValue: 0o660), setting: "DEBRIEF_CONTROL"),
        ]
    }

    /// - Parameters:
    ///   - mode: what it may be open to at the most.
    ///   - setting: the one that says where it is.
    ///   - more: what is wrong beside that.
    private static func check(
        _ name: String,
        _ path: String,
        mode: FilePermissions,
        setting: String,
        more: [String] = []
    ) -> DeploymentCheck {
        let faults = folderFaults(path) + more
        let status: Stat
        do throws(Errno) {
            status = try Stat(FilePath(path))
        } catch {
            let warnings = error == .noSuchFileOrDirectory ? folderWarnings(path, setting) : []
            let note = error == .noSuchFileOrDirectory ? "not there yet" : "not to be seen: \(error)"
            return DeploymentCheck(name: name, faults: faults, warnings: warnings, note: note)
        }
        guard status.type == .socket else {
            return DeploymentCheck(name: name, faults: faults + ["\(path) is no socket; remove it, or set \(setting) to another path"])
        }
        let open = status.permissions.subtracting(mode).intersection([.groupReadWriteExecute, .otherReadWriteExecute])
        // Connecting takes the right to write; the others are nobody's to have either.
        guard !open.isEmpty else { return DeploymentCheck(name: name, faults: faults) }
        let text = String(mode.rawValue, radix: 8)
        let isOpenToAll = !open.isDisjoint(with: .otherReadWriteExecute)
        return DeploymentCheck(
            name: name,
            faults: faults + [
                "\(isOpenToAll ? "everybody on this machine" : "a group") may use \(path); chmod \(text) \(path), or SocketMode=0\(text)"
            ]
        )
    }

    /// A folder that is not there: `serve` makes none. No fault, since a service manager may make it just before, as systemd does by
    /// `RuntimeDirectory=`.
    private static func folderWarnings(_ path: String, _ setting: String) -> [String] {
        let folder = folder(of: path)
        do throws(Errno) {
            _ = try Stat(folder)
            return []
        } catch {
            return [
                "the folder \(folder) cannot be used: \(error); make it, set \(setting) to a path elsewhere, or leave it to RuntimeDirectory= of systemd"
            ]
        }
    }

    private static func folder(of path: String) -> FilePath {
        let folder = FilePath(path).removingLastComponent()
        return folder.isEmpty ? "." : folder
    }

    /// Whoever may write to the folder can listen at the path while no pool does, and nginx would send him tokens. The sticky bit, as of /tmp, keeps
    /// others from what is there, not from what is not there yet; so it helps the folders above alone.
    private static func folderFaults(_ path: String) -> [String] {
        var folder = folder(of: path)
        if let mode = try? Stat(folder).permissions, mode.contains(.otherWrite) {
            return ["everybody on this machine may put a socket into the folder \(folder); chmod o-w \(folder), or choose another folder"]
        }
        while folder.removeLastComponent(), !folder.isEmpty {
            if let mode = try? Stat(folder).permissions, mode.contains(.otherWrite), !mode.contains(.saveText) {
                return ["everybody on this machine may exchange what is in the folder \(folder); chmod o-w \(folder), or choose another folder"]
            }
        }
        return []
    }
}
