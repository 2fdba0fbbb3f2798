import API
import Admin
import ArgumentParser
import Logging
import Pool

/// `debrief serve`: the API.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the API to nginx, over FastCGI, until it is told to stop.",
        discussion: """
            Starts in the foreground and logs to standard error, a line of JSON an entry. TERM and INT stop it at once, QUIT after the requests in \
            flight. It does not start where the database could show one tenant's rows to another: debrief check says why. Where root starts it, the \
            workers become the account that DEBRIEF_USER names.
            """
    )

    @OptionGroup var settings: SettingsOptions

    func run() throws {
        ServerProcess.protect()
        let options = settings
        let read = { () throws(UnreadableOptions) -> PoolOptions in
            do throws(SettingsError) {
                return try options.readToServe().pool
            } catch {
                throw UnreadableOptions(error.description)
            }
        }
        try Master.run(settings.readToServe().pool, readOptions: read)
    }
}

extension Settings {
    /// What the pool is told.
    var pool: PoolOptions {
        PoolOptions(
            database: workersDatabase,
            listen: listen,
            backlog: backlog,
            control: control,
            user: user,
            group: group,
            workers: workers,
            requestTimeoutMilliseconds: requestTimeoutMilliseconds,
            startTimeoutMilliseconds: startTimeoutMilliseconds,
            drainTimeoutMilliseconds: drainTimeoutMilliseconds,
            maxRequests: maxRequests,
            slowMilliseconds: slowMilliseconds,
            log: log,
            logLevel: logLevel
        )
    }

    /// How the workers connect.
    var workersDatabase: Database.Settings {
        Database.Settings(
            conninfo: database,
            passwordFile: databasePasswordFile,
            statementTimeoutMilliseconds: statementTimeoutMilliseconds
        )
    }
}

extension Master.Failure: CommandFailure {
    /// Wrong usage where it is a setting that makes no sense for who starts the master.
    var exitStatus: Int32 { if case .account = self { ExitCode.validationFailure.rawValue } else { 1 } }
}
