import JSON
import SystemPackage

/// A folder of migrations, read and checked: forward only, in the order of their numbers, which begin at 1 and leave none out.
public struct Migrations: Sendable {
    /// Sorted by number; no two have the same.
    let files: [MigrationFile]

    /// More than any migration needs. Data is loaded by other means.
    private static let largestFile = 16 << 20

    /// The folder that belongs to this program, by where that lies: `migrations` beside its folder, as `/opt/debrief/migrations` is to
    /// `/opt/debrief/bin/debrief`; else, by the Filesystem Hierarchy Standard, as `/usr/share/debrief/migrations` is to `/usr/bin/debrief`. So a program
    /// is never used with the migrations of another version because of where somebody stood. Where there is neither, it is the first.
    public static var installedFolder: String {
        let prefix = (executablePath() ?? "").removingLastComponent().removingLastComponent()
        let places = [prefix.appending("migrations"), prefix.appending("share/debrief/migrations")]
        return (places.first { (try? Stat($0))?.type == .directory } ?? places[0]).string
    }

    /// Reads the folder's `.sql` files; other files in it are none of its business.
    public init(folder: String) throws(MigrationError) {
        let names: [String]
        do throws(Errno) {
            // Four digits lead each name, so their order is that of the numbers.
            names = try namesOfEntries(inFolder: folder).filter { $0.hasSuffix(".sql") }.sorted()
        } catch {
            throw .unreadable(path: folder, error)
        }
        guard !names.isEmpty else { throw .noFiles(folder: folder) }
        var files: [(String, [UInt8])] = []
        for name in names {
            let path = "\(folder)/\(name)"
            do throws(Errno) {
                files.append((name, try contents(ofFile: path, limit: Self.largestFile)))
            } catch {
                throw .unreadable(path: path, error)
            }
        }
        try self.init(files)
    }

    /// Checks files that are in memory, sorted by name.
    init(_ contents: [(name: String, bytes: [UInt8])]) throws(MigrationError) {
        var files: [MigrationFile] = []
        for (name, bytes) in contents {
            let file = try MigrationFile(name: name, bytes: bytes, after: files.last)
            if let last = files.last, last.number == file.number { throw .sameNumber(last.name, name) }
            files.append(file)
        }
        self.files = files
    }

    /// How many there are.
    public var count: Int { files.count }

    /// A row of `debrief_migrations`.
    struct Applied: Equatable, Sendable {
        let number: Int
        let name: String
        let hash: String
        let appliedAt: Instant
    }

    /// The files that a database has not yet, where what it has is the beginning of this folder, unchanged.
    ///
    /// - Parameter applied: what the database has, sorted by number.
    func pending(after applied: [Applied]) throws(MigrationError) -> ArraySlice<MigrationFile> {
        // The database first: of a file that was removed it knows the name, while the folder knows only of a gap.
        for (index, row) in applied.enumerated() {
            guard let file = files.first(where: { $0.number == row.number }) else { throw .removed(row.name) }
            guard file.name == row.name else { throw .renamed(file.name, was: row.name) }
            if row.number != index + 1, let missing = files.first(where: { $0.number == index + 1 }) { throw .notRecorded(missing.name) }
            guard file.hash == row.hash else { throw .edited(file.name) }
        }
        for (index, file) in files.enumerated() where file.number != index + 1 { throw .gap(number: index + 1, before: file.name) }
        return files[applied.count...]
    }
}
