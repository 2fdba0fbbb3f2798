import Postgres

extension Sums {
    /// Counts what differs in a month, and returns the number of its sessions.
    mutating func compare(_ month: SumsMonth, _ difference: inout SumsDifference) throws(AdminError) -> Int {
        let row = try row(
            """
            \(differences)
            select (select coalesce(sum(sessions), 0) from truth), (select count(*) from differences), (select count(*) from days),
                (select count(*) from (\(driftedScores)) as s)
            """,
            month
        )
        difference.hours += try count(row[1])
        difference.days += try count(row[2])
        difference.scores += try count(row[3])
        return try count(row[0])
    }

    /// Corrects what differs in a month, counts it, and returns the number of its sessions.
    mutating func correct(_ month: SumsMonth, _ difference: inout SumsDifference) throws(AdminError) -> Int {
        // First, since the hours are sums of the scores, and no trigger counts what is done to a score here.
        difference.scores += try correctScores(month)
        // The difference is added, not the truth put in the place of the sums: what others append and fold after this statement's snapshot counts
        // beside it, so nobody has to be kept out.
        let row = try row(
            """
            \(differences), appended as (
                insert into public.session_deltas (tenant_id, hour, sessions, scored, cards, score_sum)
                select $1, hour, sessions, scored, cards, score_sum from differences
                returning hour
            )
            select (select coalesce(sum(sessions), 0) from truth), (select count(*) from appended), (select count(*) from days)
            """,
            month
        )
        difference.hours += try count(row[1])
        if try count(row[2]) > 0 { difference.days += try correctDays(month) }
        // There may be no writer who would, such as where triggers are disabled or all write above READ COMMITTED; and each summary reads all deltas.
        _ = try connection.ask(
            "select public.fold_session_deltas($1) where exists (select from public.session_deltas where tenant_id = $1)",
            [month.tenantID.description],
            milliseconds: waitMilliseconds
        )
        return try count(row[0])
    }

    /// Makes days the sums of their hours again, and returns how many were not.
    ///
    /// Whoever folds writes the rows of hours and days under this lock, in an order of his own. Two who wait for each other's rows would be a
    /// deadlock, and its victim could be a writer of sessions. So this waits for him before it locks a row, and keeps the next one out. The
    /// snapshot is taken after that, in a statement of its own: one from before would lack the rows he added. Folders do not wait for the lock, so
    /// nobody is held up.
    private mutating func correctDays(_ month: SumsMonth) throws(AdminError) -> Int {
        _ = try connection.ask("begin")
        _ = try connection.ask(
            "select pg_advisory_xact_lock(x'73756d73'::integer, hashtext($1::uuid::text))",
            [month.tenantID.description],
            milliseconds: waitMilliseconds
        )
        let row = try row(
            """
            with hours as (
                select hour, sessions, scored, cards, score_sum from public.session_hours where tenant_id = $1 and hour >= $2 and hour < $3
            ), days as (
                \(driftedDays)
            ), corrected as (
                insert into public.session_days as d (tenant_id, day, sessions, scored, cards, score_sum)
                select $1, day, sessions, scored, cards, score_sum from days
                on conflict (tenant_id, day) do update set
                    sessions = d.sessions + excluded.sessions,
                    scored = d.scored + excluded.scored,
                    cards = d.cards + excluded.cards,
                    score_sum = d.score_sum + excluded.score_sum
                returning day
            )
            select count(*) from corrected
            """,
            month
        )
        _ = try connection.ask("commit")
        return try count(row[0])
    }

    /// The one row of a statement on a month.
    private mutating func row(_ sql: String, _ month: SumsMonth) throws(AdminError) -> [String?] {
        let rows = try connection.ask(sql, month.parameters, milliseconds: waitMilliseconds)
        guard let row = rows.first else { throw .postgres(.unexpected("no row where one was due")) }
        return row
    }
}

/// Sums of the sessions themselves, and by how much the kept sums of an hour, and those of a day, fall short of what they should be. The sessions
/// stand first, as in the API's statement: a TRUNCATE locks them before it locks the sums.
private let differences = """
    with truth as (
        select
            date_bin('1 hour', started_at, '0001-01-01 00:00+00') as hour,
            count(*) as sessions,
            count(*) filter (where status = 'scored') as scored,
            count(score) filter (where status = 'scored') as cards,
            coalesce(sum(score) filter (where status = 'scored'), 0) as score_sum
        from public.sessions
        where tenant_id = $1 and started_at >= $2 and started_at < $3
        group by 1
    ), hours as (
        select hour, sessions, scored, cards, score_sum from public.session_hours where tenant_id = $1 and hour >= $2 and hour < $3
    ), differences as (
        select hour, sum(sessions) as sessions, sum(scored) as scored, sum(cards) as cards, sum(score_sum) as score_sum
        from (
            select hour, sessions, scored, cards, score_sum from truth
            union all
            select hour, -sessions, -scored, -cards, -score_sum from hours
            union all
            select hour, -sessions, -scored, -cards, -score_sum
            from public.session_deltas
            where tenant_id = $1 and hour >= $2 and hour < $3
        ) as h
        group by hour
        having sum(sessions) <> 0 or sum(scored) <> 0 or sum(cards) <> 0 or sum(score_sum) <> 0
    ), days as (
        \(driftedDays)
    )
    """

/// By how much a day falls short of its `hours`.
private let driftedDays = """
    select day, sum(sessions) as sessions, sum(scored) as scored, sum(cards) as cards, sum(score_sum) as score_sum
    from (
        select date_bin('1 day', hour, '0001-01-01 00:00+00') as day, sessions, scored, cards, score_sum from hours
        union all
        select day, -sessions, -scored, -cards, -score_sum from public.session_days where tenant_id = $1 and day >= $2 and day < $3
    ) as d
    group by day
    having sum(sessions) <> 0 or sum(scored) <> 0 or sum(cards) <> 0 or sum(score_sum) <> 0
    """
