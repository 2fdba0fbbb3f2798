import Postgres

extension Sums {
    /// More sessions than are locked at a time would hold up who writes to them.
    private static let batch = 1_000

    /// Makes the score of a month's sessions that of their scorecards again, and returns how many were not.
    mutating func correctScores(_ month: SumsMonth) throws(AdminError) -> Int {
        var corrected = 0
        while true {
            let ids = try connection.ask("\(driftedScores) limit 50000", month.parameters, milliseconds: waitMilliseconds)
            guard let first = ids.first else { return corrected }
            let before = corrected
            for start in stride(from: 0, to: ids.count, by: Self.batch) {
                var batch: [String] = []
                for row in ids[start..<min(start + Self.batch, ids.count)] { batch.append(try text(row[0])) }
                corrected += try correctScores(of: batch, month)
            }
            // Others are at work on all that is left.
            if corrected == before { try awaitWriters(of: try text(first[0]), month) }
        }
    }

    /// Corrects those of the sessions that nobody else is writing to.
    ///
    /// Whoever writes a scorecard has his trigger compare it with the session's score as it is then, and change nothing where they agree by chance;
    /// and his scorecard cannot be seen before he commits. So a score may be set only while nobody is in the middle of that: of inserting a
    /// scorecard, who holds the session FOR KEY SHARE for its foreign key, which FOR UPDATE alone excludes; of changing or deleting one, which FOR
    /// SHARE excludes. The statement that sets the scores comes after both, since its snapshot has to be younger than the locks.
    ///
    /// Writers lock sessions and scorecards in either order. What another has locked is left out here, not waited for: this is never part of a
    /// deadlock.
    private mutating func correctScores(of ids: [String], _ month: SumsMonth) throws(AdminError) -> Int {
        let tenant = month.tenantID.description
        _ = try connection.ask("begin")
        let sessions = try connection.ask(
            "select id from public.sessions where tenant_id = $1 and id = any($2::uuid[]) order by id for update skip locked",
            [tenant, list(ids)],
            milliseconds: waitMilliseconds
        )
        let free = list(sessions.compactMap { $0[0] })
        let scorecards = try connection.ask(
            "select id from public.scorecards where tenant_id = $1 and session_id = any($2::uuid[]) for share skip locked",
            [tenant, free],
            milliseconds: waitMilliseconds
        )
        let corrected = try connection.ask(
            """
            update public.sessions as s
            set score = c.overall_score
            from public.sessions as k
            left join public.scorecards as c on c.tenant_id = k.tenant_id and c.session_id = k.id
            where k.tenant_id = $1 and k.id = any($2::uuid[]) and (c.id is null or c.id = any($3::uuid[]))
                and s.tenant_id = k.tenant_id and s.id = k.id and s.score is distinct from c.overall_score
            returning s.id
            """,
            [tenant, free, list(scorecards.compactMap { $0[0] })],
            milliseconds: waitMilliseconds
        )
        _ = try connection.ask("commit")
        return corrected.count
    }

    /// Waits, with nothing locked, until those who write to a session are through.
    private mutating func awaitWriters(of session: String, _ month: SumsMonth) throws(AdminError) {
        for sql in [
            "select from public.sessions where tenant_id = $1 and id = $2 for update",
            "select from public.scorecards where tenant_id = $1 and session_id = $2 for share",
        ] {
            _ = try connection.ask(sql, [month.tenantID.description, session], milliseconds: waitMilliseconds)
        }
    }

    /// An array, as PostgreSQL reads it, of ids as PostgreSQL writes them.
    private func list(_ ids: [String]) -> String { "{\(ids.joined(separator: ","))}" }
}

/// The ids of a month's sessions whose score is not that of their scorecard. A probe a session, since a join may read all scorecards of the tenant
/// for each of his months.
let driftedScores = """
    select s.id
    from public.sessions as s
    where s.tenant_id = $1 and s.started_at >= $2 and s.started_at < $3
        and s.score is distinct from (
            select c.overall_score from public.scorecards as c where c.tenant_id = s.tenant_id and c.session_id = s.id
        )
    """
