import Postgres
import Waiting

/// What an admin is told of a deployment before it serves: one thing that has to hold, and what is wrong there. Each text says what to do.
public struct DeploymentCheck: Sendable {
    /// The step in a word or two.
    public let name: String
    /// A sentence for each thing that is wrong; none where all is well.
    public let faults: [String]
    /// A sentence for each thing that is to be looked after, and does not keep the API from being served.
    public let warnings: [String]
    /// What there is to say where all is well.
    public let note: String?
    /// Whether PostgreSQL could not be reached, or not any longer: that passes, and the workers wait for it. All else is for an admin to mend.
    public let isUnreachable: Bool

    /// One thing that was looked at.
    public init(name: String, faults: [String] = [], warnings: [String] = [], note: String? = nil, isUnreachable: Bool = false) {
        self.name = name
        self.faults = faults
        self.warnings = warnings
        self.note = note
        self.isUnreachable = isUnreachable
    }

    private static let limitMilliseconds = 10_000

    /// Goes the way of a worker: connects, asks the catalog about row security, prepares the statements, and looks at their plans. Ends at the first
    /// step that fails, since the next ones rest on it.
    public static func all(_ settings: Database.Settings, workers: Int, endpoints: [Endpoint] = Endpoint.all) -> [DeploymentCheck] {
        let deadline = Deadline.after(milliseconds: limitMilliseconds)
        var checks: [DeploymentCheck] = []
        var step = "database"
        do throws(PostgresError) {
            let passwordFile = settings.passwordFile
            var connection = try Connection(settings.conninfo, passwordFile: passwordFile, applicationName: "debrief check", until: deadline)
            checks.append(DeploymentCheck(name: step, warnings: try clearTextWarnings(connection: &connection, until: deadline)))

            step = "connections"
            checks.append(DeploymentCheck(name: step, faults: try connectionFaults(workers: workers, connection: &connection, until: deadline)))

            step = "row security"
            let faults = try RowSecurity.faults(connection: &connection, until: deadline)
            let warnings = faults.isEmpty ? try RowSecurity.warnings(connection: &connection, until: deadline) : []
            checks.append(DeploymentCheck(name: step, faults: faults, warnings: warnings))
            guard faults.isEmpty else { return checks }

            step = "statements"
            try connection.prepare(Database.statements(of: endpoints), until: deadline)
            checks.append(DeploymentCheck(name: step, faults: []))

            step = "plans"
            checks.append(DeploymentCheck(name: step, faults: try planFaults(of: endpoints, connection: &connection, until: deadline)))
        } catch {
            let isUnreachable =
                switch error {
                case .server, .unexpected, .passwordFile: false
                case .connectionLost, .timedOut: true
                }
            let fault = "\(error.detail); \(advice(step, error, conninfo: settings.conninfo))"
            checks.append(DeploymentCheck(name: step, faults: [fault], isUnreachable: isUnreachable))
        }
        return checks
    }

    /// What to do where PostgreSQL refuses a step.
    private static func advice(_ step: String, _ error: PostgresError, conninfo: String) -> String {
        if step == "statements", error.sqlState != nil { return "run debrief migrate up" }
        let advice = error.advice("DEBRIEF_DATABASE")
        return conninfo.isEmpty ? "DEBRIEF_DATABASE is not set, so that libpq's own environment says where it is: \(advice)" : advice
    }

    /// libpq's own `sslmode`, prefer, takes what the server offers, and nothing where somebody between them says that it offers nothing.
    private static func clearTextWarnings(connection: inout Connection, until deadline: Deadline) throws(PostgresError) -> [String] {
        let clear = """
            select format('what %s sends and is sent goes over the network as it is; add sslmode=verify-full and sslrootcert to DEBRIEF_DATABASE', current_user)
            from pg_stat_ssl
            where pid = pg_backend_pid() and not ssl and not inet_server_addr() <<= any (array['127.0.0.0/8', '::1']::inet[])
            """
        return try connection.query(clear, until: deadline).compactMap { $0.first ?? nil }
    }

    /// A worker has a connection of its own, always.
    private static func connectionFaults(
        workers: Int,
        connection: inout Connection,
        until deadline: Deadline
    ) throws(PostgresError) -> [String] {
        let limit = """
            select least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                nullif(rolconnlimit, -1), nullif(datconnlimit, -1))
            from pg_roles, pg_database where rolname = current_user and datname = current_database()
            """
        let row = try connection.query(limit, until: deadline).first?.first ?? nil
        guard let most = row.flatMap({ Int($0) }), most < workers else { return [] }
        return [
            "\(workers) workers need as many connections, and PostgreSQL lets this role have \(most); lower DEBRIEF_WORKERS, or raise max_connections"
        ]
    }

    /// A plan that reads a whole table, or collects a list to sort it, although that was made as dear as can be, has no index to use; one that passes over
    /// rows that were not asked for has another index than it should. This tells on an empty database, too.
    private static func planFaults(
        of endpoints: [Endpoint],
        connection: inout Connection,
        until deadline: Deadline
    ) throws(PostgresError) -> [String] {
        try connection.execute(script: "set enable_seqscan = off; set enable_sort = off; set plan_cache_mode = force_generic_plan", until: deadline)
        // What `authenticate` does with its rights cannot be explained to this role; but it looks for one hash. Nor does a plan show that a row is found
        // by the second or third column of another index.
        let unindexed = """
            select 'authenticate has no index to use: api_tokens (token_hash); create the index of the migrations anew'
            where not exists (
                select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                where i.indrelid = 'public.api_tokens'::regclass and a.attname = 'token_hash' and i.indisvalid and i.indpred is null)
            union all
            select format('%s has no primary key, and one row of it no index to be found by; create it as in the migrations', c.oid::regclass)
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relname in ('sessions', 'transcripts', 'scorecards', 'users', 'scenarios')
                and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid)
            """
        var faults = try connection.query(unindexed, until: deadline).compactMap { $0.first ?? nil }
        for endpoint in endpoints {
            for statement in endpoint.statements {
                let arguments = statement.parameters.isEmpty ? "" : "(\(statement.parameters.map { _ in "null" }.joined(separator: ", ")))"
                let plan = try connection.query("explain (costs off) execute \(statement.name)\(arguments)", until: deadline)
                let fault = plan.compactMap { $0.first ?? nil }.map { $0.drop { $0 == " " || $0 == "-" || $0 == ">" } }.first { node in
                    let isSorted = endpoint.shape != .one && (node.hasPrefix("Sort") || node.hasPrefix("Incremental Sort"))
                    // By what was asked for: a sub-select is asked of each row on purpose, and so is a policy that somebody has added.
                    let isFiltered = node.hasPrefix("Filter: ") && node.contains("$") && !node.contains("SubPlan")
                    return node.hasPrefix("Seq Scan") || isFiltered || isSorted && !node.hasPrefix("Sort Key")
                }
                if let fault { faults.append("\(statement.name) has no index to use: \(fault); create the index of the migrations anew") }
            }
        }
        return faults
    }
}
