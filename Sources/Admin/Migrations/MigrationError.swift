import Postgres
import SystemPackage

/// Why migrations are refused or stopped. Each names the file.
public enum MigrationError: Error {
    /// The folder or a file in it cannot be read.
    case unreadable(path: String, Errno)
    /// The folder holds no `.sql` file, so it is another one than was meant.
    case noFiles(folder: String)
    /// A `.sql` file whose name is not `NNNN_name.sql`.
    case malformedName(String)
    /// Two files begin with the same number.
    case sameNumber(String, String)
    /// The number before this file's is missing.
    case gap(number: Int, before: String)
    /// A file holds a NUL or is not UTF-8.
    case notText(String)
    /// The file was changed after it was applied.
    case edited(String)
    /// The file was applied under another name: renamed, or two of them have changed places.
    case renamed(String, was: String)
    /// The file was applied and is not in the folder: removed, or written for a newer version than this one.
    case removed(String)
    /// The database has a later migration but not this one: rows of its table were deleted.
    case notRecorded(String)
    /// The file's statements waited for a lock for too long.
    case locked(String, after: String)
    /// PostgreSQL refused one of the file's statements. Nothing of the file is left.
    case failed(String, PostgresError.ServerError)
    /// The file ends its transaction itself, and so was applied in part and is not recorded.
    case endsTransaction(String)
    /// The role of the connection, or the one that a file takes on, may not do what has to be done. Nothing was.
    case missingRights([MissingRight], command: String)
    /// The connection was lost while the file was applied. It was undone, unless that happened during the commit.
    case interrupted(String, PostgresError)
    /// PostgreSQL cannot say what was applied.
    case postgres(PostgresError)
}

extension MigrationError: CustomStringConvertible {
    /// One line, without an end.
    public var description: String {
        switch self {
        case .unreadable(let path, let error): "cannot read \(path): \(error); --folder names the folder of the migrations"
        case .noFiles(let folder): "no migrations in \(quoted(folder)); --folder names the folder that has them"
        case .malformedName(let name): "\(quoted(name)) is not named as a migration is, such as 0007_some_words.sql"
        case .sameNumber(let first, let second): "\(first) and \(second) have the same number"
        case .gap(let number, let name): "number \(number) is missing before \(name)"
        case .notText(let name): "\(name) is not text: it has to be UTF-8 without NUL"
        case .edited(let name): "\(name) was changed after it was applied; put it back, and write what is new into a file of its own"
        case .renamed(let name, let old): "\(name) was applied as \(old); migrations keep their names and their order"
        case .removed(let name): "\(name) was applied but is not in the folder; it was removed, or the database is newer than this version"
        case .notRecorded(let name): "\(name) is not recorded as applied, though a later one is"
        case .locked(let name, let time): "\(name) waited \(time) for a lock and was undone; run it again when the tables are less busy"
        case .failed(let name, let error): "\(name) failed and was undone: \(error.message) (SQLSTATE \(error.sqlState))"
        case .endsTransaction(let name): "\(name) ends its own transaction, so part of it stays; it must not commit or roll back"
        case .missingRights(let rights, let command):
            "\(command) needs \(rights.map(\.description).joined(separator: ", ")), and has changed nothing; as a superuser or the server's admin, "
                + "run: \(rights.map(\.remedy).joined(separator: "; "))"
        case .interrupted(let name, let error): "\(name) was interrupted: \(error.detail)"
        case .postgres(let error): error.detail
        }
    }
}
