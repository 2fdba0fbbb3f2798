import Postgres
import Waiting

/// What an admin is told of a deployment before it serves: one step of the way to a ready worker, and what is wrong there.
public struct DeploymentCheck: Sendable {
    /// The step in a word or two.
    public let name: String
    /// A sentence for each thing that is wrong; none where all is well.
    public let faults: [String]

    private static let limitMilliseconds = 10_000

    /// Goes the way of a worker: connects, asks the catalog about row security, prepares the statements, and looks at their plans. Ends at the first
    /// step that fails, since the next ones rest on it.
    public static func all(_ settings: Database.Settings, endpoints: [Endpoint] = Endpoint.all) -> [DeploymentCheck] {
        let deadline = Deadline.after(milliseconds: limitMilliseconds)
        var checks: [DeploymentCheck] = []
        var step = "database"
        do throws(PostgresError) {
            var connection = try Connection(settings.conninfo, applicationName: "debrief check", until: deadline)
            checks.append(DeploymentCheck(name: step, faults: []))

            step = "row security"
            let faults = try RowSecurity.faults(connection: &connection, until: deadline)
            checks.append(DeploymentCheck(name: step, faults: faults))
            guard faults.isEmpty else { return checks }

            step = "statements"
            let statements = Database.statements(of: endpoints)
            try connection.prepare(statements, until: deadline)
            checks.append(DeploymentCheck(name: step, faults: []))

            step = "plans"
            checks.append(DeploymentCheck(name: step, faults: try planFaults(of: statements, connection: &connection, until: deadline)))
        } catch {
            checks.append(DeploymentCheck(name: step, faults: [error.detail]))
        }
        return checks
    }

    /// A plan that reads a whole table although that was made as dear as can be has no index to use: this tells on an empty database, too.
    private static func planFaults(
        of statements: [Statement],
        connection: inout Connection,
        until deadline: Deadline
    ) throws(PostgresError) -> [String] {
        try connection.execute(script: "set enable_seqscan = off; set plan_cache_mode = force_generic_plan", until: deadline)
        var faults: [String] = []
        for statement in statements {
            let arguments = statement.parameters.isEmpty ? "" : "(\(statement.parameters.map { _ in "null" }.joined(separator: ", ")))"
            let plan = try connection.query("explain (costs off) execute \(statement.name)\(arguments)", until: deadline)
            for line in plan.compactMap({ $0.first ?? nil }) where line.contains("Seq Scan") {
                let scan = line.drop { $0 == " " || $0 == "-" || $0 == ">" }
                faults.append("\(statement.name) has no index to use: \(scan)")
            }
        }
        return faults
    }
}
