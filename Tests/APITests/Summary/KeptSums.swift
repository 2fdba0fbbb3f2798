import Support

/// A database for what the summary's triggers keep: two tenants with the same ids, whose sessions lie in a few hours of three days, and at both ends
/// of time. Half of what their rows say has been folded, half waits as deltas.
struct KeptSums: Sendable {
    static let a = "00000000-0000-0000-0000-00000000000a"
    static let b = "00000000-0000-0000-0000-00000000000b"

    let database: Support.Database

    init() throws {
        database = try Cluster.shared.get().makeDatabase(demo: false)
        try database.script(Self.rows)
    }

    /// The hours of which kept sums and rows say different things, the days that are not the sums of their hours, and the sessions whose score is not
    /// their scorecard's; none where all is well. From one snapshot, and by no means that the triggers use.
    static let differences = """
        with rows as (
            select s.tenant_id, date_trunc('hour', s.started_at, 'UTC') as unit, count(*) as sessions,
                count(*) filter (where s.status = 'scored') as scored,
                count(c.overall_score) filter (where s.status = 'scored') as cards,
                coalesce(sum(c.overall_score) filter (where s.status = 'scored'), 0) as score_sum
            from sessions s left join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id
            group by 1, 2
        ), hours as (
            select tenant_id, hour as unit, sum(sessions) as sessions, sum(scored) as scored, sum(cards) as cards, sum(score_sum) as score_sum
            from (select * from session_hours union all select * from session_deltas) k
            group by 1, 2
        ), folded as (
            select tenant_id, date_trunc('day', hour, 'UTC') as unit, sum(sessions) as sessions, sum(scored) as scored, sum(cards) as cards,
                sum(score_sum) as score_sum
            from session_hours group by 1, 2
        ), compared as (
            select 'hour' as what, tenant_id, unit, r.sessions - k.sessions as sessions, r.scored - k.scored as scored,
                r.cards - k.cards as cards, r.score_sum - k.score_sum as score_sum
            from (
                select * from rows
                union all
                select tenant_id, unit, 0, 0, 0, 0 from hours where (tenant_id, unit) not in (select tenant_id, unit from rows)
            ) r
            left join hours k using (tenant_id, unit)
            union all
            select 'day', tenant_id, unit, f.sessions - d.sessions, f.scored - d.scored, f.cards - d.cards, f.score_sum - d.score_sum
            from folded f full join (select tenant_id, day as unit, sessions, scored, cards, score_sum from session_days) d using (tenant_id, unit)
        )
        select what, tenant_id::text, unit::text, sessions::text, scored::text, cards::text, score_sum::text
        from compared
        where (sessions, scored, cards, score_sum) is distinct from (0, 0, 0, 0)
        union all
        select 'score', s.tenant_id::text, s.id::text, s.score::text, c.overall_score::text, '', ''
        from sessions s left join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id
        where s.score is distinct from c.overall_score
        """

    /// The counts and sums of all tenants by hour, as one text: what a write has changed if it changes.
    static let digest = """
        select md5(string_agg(r::text, ' ' order by r::text)) from (
            select s.tenant_id, date_trunc('hour', s.started_at, 'UTC'), s.status = 'scored', count(*), sum(c.overall_score)
            from sessions s left join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id
            group by 1, 2, 3
        ) r
        """

    /// Every tenant's deltas become sums.
    static let fold = "select fold_session_deltas(id) from tenants"

    /// Sessions 1 to 24 of each tenant, each fourth of a status; those from 13 on are not folded. Those whose number is not a multiple of 5 have a
    /// scorecard, scored or not.
    private static let rows = """
        create function key(n bigint) returns uuid language sql immutable as $$ select lpad(to_hex(n), 32, '0')::uuid $$;
        create table shapes as
        select n, (array['in_progress', 'completed', 'scored', 'scored', 'failed'])[1 + n % 5] as status,
            case n when 11 then '0001-01-01 00:00:00+00' when 12 then '9999-12-31 23:59:59.999999+00'
                else '2026-03-01 22:59:59.999999+00'::timestamptz + (n % 6) * interval '10 hours 1 microsecond' end::timestamptz as started_at
        from generate_series(1, 24) n;
        grant select on shapes to debrief_platform;
        insert into tenants (id, name) values ('\(a)', 'a'), ('\(b)', 'b');
        insert into users (tenant_id, id, full_name, email, role)
        select id, key(n), 'user', 'x', 'rep' from tenants, generate_series(1, 3) n;
        insert into scenarios (tenant_id, id, name, call_type, status) select id, key(1), 'scenario', 'x', 'active' from tenants;
        insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
        select t.id, key(n), key(1 + n % 3), key(1), s.status, s.started_at from tenants t, shapes s where n <= 12;
        insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts)
        select t.id, key(n), key(n), n * 4, 'x', 'x', '[]', '[]' from tenants t, shapes s where n <= 12 and n % 5 <> 0;
        \(fold);
        insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
        select t.id, key(n), key(1 + n % 3), key(1), s.status, s.started_at from tenants t, shapes s where n > 12;
        insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts)
        select t.id, key(n), key(n), n * 4, 'x', 'x', '[]', '[]' from tenants t, shapes s where n > 12 and n % 5 <> 0;
        insert into transcripts (tenant_id, session_id, turns) select t.id, key(n), '[]' from tenants t, shapes s;
        """
}
