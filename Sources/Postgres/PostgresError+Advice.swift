extension PostgresError {
    /// What to do about it, as the end of a sentence that has said what came.
    ///
    /// libpq has no code for a connection that was refused, only its own words and those of the server, which a server with another `lc_messages`
    /// says in another language: then it is told where to look.
    ///
    /// - Parameter setting: what the connection string is called: the setting that holds it.
    public func advice(_ setting: String) -> String {
        switch self {
        case .connectionLost(let reason):
            Self.signs.first { sign, _ in reason.contains(sign) }.map { $0.advice.replacing("@", with: setting) }
                ?? "look at \(setting), and at the server's pg_hba.conf and log"
        case .timedOut: "see whether host and port in \(setting) are right, whether a firewall is between, and what the server's log says"
        case .server(let error): Self.advice(sqlState: error.sqlState, setting)
        case .passwordFile: "mend the file, or name another in DEBRIEF_DATABASE_PASSWORD_FILE"
        case .unexpected: "see whether \(setting) leads to PostgreSQL 15 or later, and to this version's database"
        }
    }

    /// What a reason holds, and what is to be done then; the first that fits. `@` is the setting.
    private static let signs: [(sign: String, advice: String)] = [
        ("could not translate ", "mend the host's name in @, or the name service of this machine"),
        ("could not be looked up", "mend the host's name in @, or the name service of this machine"),
        ("password authentication failed", "give the role the password that @ has (psql: \\password), or mend the one in @ or ~/.pgpass"),
        ("no password supplied", "put the password into ~/.pgpass, or for the workers into the file of DEBRIEF_DATABASE_PASSWORD_FILE"),
        ("Peer authentication failed", "run this as the account that has the role's name, or map it in the server's pg_ident.conf"),
        ("Ident authentication failed", "let the role in by a password or a certificate: the server's pg_hba.conf says how"),
        (
            "no pg_hba.conf entry",
            "add a line for this host, role and database to the server's pg_hba.conf, and reload it; where it has one of hostssl, say sslmode in @"
        ),
        ("pg_hba.conf rejects", "take back the line of the server's pg_hba.conf that rejects this host, role or database, and reload it"),
        ("is not permitted to log in", "alter the role to LOGIN, or name another in @"),
        ("sorry, too many clients", "wait, lower DEBRIEF_WORKERS, or raise max_connections of the server"),
        ("remaining connection slots are reserved", "wait, lower DEBRIEF_WORKERS, or raise max_connections of the server"),
        ("too many connections for", "wait, lower DEBRIEF_WORKERS, or raise the connection limit of that role or database"),
        ("permission denied for database", "grant connect on the database to the role, or name another in @"),
        ("is not currently accepting connections", "alter the database to allow_connections, or name another in @"),
        ("the database system is", "wait until the server is up, and try again"),
        ("does not support SSL", "turn ssl on in the server, or set another sslmode in @"),
        ("certificate verify failed", "set sslrootcert in @ to the certificate of the authority that signed the server's"),
        ("root certificate file", "put the authority's certificate there, or set sslrootcert in @ to where it is"),
        ("does not match host name", "name the server in @ by a name that its certificate has"),
        ("certificate", "look at sslcert, sslkey and sslrootcert in @, and at the server's log"),
        ("Connection refused", "start PostgreSQL, or mend host and port in @"),
        ("No such file or directory", "start PostgreSQL, or mend host and port in @"),
        ("Permission denied", "run this as an account that may use that socket, or mend host in @"),
        ("No route to host", "mend host in @, or the network between here and there"),
        ("Network is unreachable", "mend host in @, or the network between here and there"),
        ("Connection timed out", "see whether host and port in @ are right, and whether a firewall is between"),
        ("cannot use the connection string", "write @ as in host=db.example.com dbname=debrief user=NAME, values with blanks in single quotes"),
        ("SQLSTATE 57P", "wait until the server is up, and try again"),
        // Last, since each of these may be the end of a message with more in it.
        ("role \"", "make the role (debrief migrate up makes debrief_api), or mend user in @"),
        ("database \"", "make the database (createdb), or mend dbname in @"),
        ("server closed the connection", "look at the server's log, and try again"),
    ]

    private static func advice(sqlState: String, _ setting: String) -> String {
        switch sqlState {
        case "25006": "this server only reads: name the primary in \(setting), as by target_session_attrs=read-write"
        case "42501": "name in \(setting) the role that has run migrate up, or one that it has granted its rights to"
        case "53100": "make room on the disk of the database, and try again"
        case "53200", "53300": "wait until the server has less to do, and try again"
        case "55P03", "57014", "40P01", "40001": "somebody else is at these tables: try again, or look at pg_stat_activity"
        case "42703", "42883", "42804": "the database is of another version than this program: debrief migrate status tells"
        default: "look at the server's log"
        }
    }
}
