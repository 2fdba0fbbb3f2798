private typealias Case = SummaryWritesTests.Case

/// A session's row, by its number.
private func session(_ number: Int, status: String = "scored", startedAt: String = "2026-03-01 10:20:00+00", tenant: String = KeptSums.a) -> String {
    "insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at) "
        + "values ('\(tenant)', key(\(number)), key(1), key(1), '\(status)', '\(startedAt)')"
}

/// The scorecard of a session, by the number of both.
private func scorecard(_ number: Int, score: Int = 77, tenant: String = KeptSums.a) -> String {
    "insert into scorecards (tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts) "
        + "values ('\(tenant)', key(\(number)), key(\(number)), \(score), 'x', 'x', '[]', '[]')"
}

private let ofA = "tenant_id = '\(KeptSums.a)'"

extension [SummaryWritesTests.Case] {
    static let ofSessions = [
        Case(name: "inserted", sql: session(100)),
        Case(name: "inserted, not scored", sql: session(100, status: "in_progress")),
        Case(name: "inserted in the first hour of all", sql: session(100, startedAt: "0001-01-01 00:59:59.999999+00")),
        Case(name: "inserted in the last", sql: session(100, startedAt: "9999-12-31 23:00:00+00")),
        Case(
            name: "inserted from another time zone",
            sql: "set local timezone = 'Asia/Kathmandu'; \(session(100, startedAt: "2026-03-02 05:44:59"))"
        ),
        Case(
            name: "inserted for both tenants, over many hours",
            sql: """
                insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
                select t, key(n), key(1), key(1), 'scored', '2026-02-27 00:00:00+00'::timestamptz + n * interval '7 minutes'
                from generate_series(100, 400) n, unnest(array['\(KeptSums.a)', '\(KeptSums.b)']::uuid[]) t
                """
        ),
        Case(name: "no row inserted", sql: "insert into sessions (tenant_id, id) select tenant_id, id from sessions where false", isChange: false),
        Case(name: "one row's status changed", sql: "update sessions set status = 'failed' where \(ofA) and id = key(3)"),
        Case(name: "one row scored, with a scorecard before", sql: "update sessions set status = 'scored' where \(ofA) and id = key(6)"),
        Case(name: "one row scored, without one", sql: "update sessions set status = 'scored' where \(ofA) and id = key(5)"),
        Case(name: "all rows' status changed", sql: "update sessions set status = 'scored'"),
        Case(name: "status among those not scored", sql: "update sessions set status = 'completed' where \(ofA) and id = key(5)", isChange: false),
        Case(name: "status changed and back", sql: "update sessions set status = status", isChange: false),
        Case(name: "moved to another hour", sql: "update sessions set started_at = '2026-03-05 12:00:00+00' where \(ofA) and id = key(3)"),
        Case(name: "all moved by an hour", sql: "update sessions set started_at = started_at + interval '1 hour' where id not in (key(11), key(12))"),
        Case(
            name: "moved within their hour",
            sql: "update sessions set started_at = date_trunc('hour', started_at, 'UTC') + interval '59 minutes'",
            isChange: false
        ),
        Case(name: "two rows exchange their hours", sql: exchange),
        Case(name: "another user's", sql: "update sessions set user_id = key(2)", isChange: false),
        Case(name: "ended", sql: "update sessions set ended_at = now(), duration_seconds = 7, created_at = now()", isChange: false),
        Case(name: "no row updated", sql: "update sessions set status = 'failed' where false", isChange: false),
        Case(
            name: "moved to another tenant",
            sql: "delete from transcripts; delete from sessions where tenant_id = '\(KeptSums.b)' and id = key(5);"
                + "update sessions set tenant_id = '\(KeptSums.b)' where \(ofA) and id = key(5)"
        ),
        Case(name: "deleted", sql: "delete from sessions where \(ofA) and id = key(5)"),
        Case(name: "deleted, and the scorecard with it", sql: "delete from sessions where \(ofA) and id = key(3)"),
        Case(name: "all deleted", sql: "delete from sessions"),
        Case(name: "no row deleted", sql: "delete from sessions where false", isChange: false),
        Case(name: "truncated", sql: "truncate sessions cascade", role: "debrief_owner"),
        Case(name: "truncated, and written again", sql: "truncate sessions cascade; \(session(1)); \(scorecard(1))", role: "postgres"),
    ]

    private static let exchange = """
        update sessions set started_at = case id when key(3) then '2026-03-01 10:00:00+00' else '2026-03-02 10:00:00+00' end::timestamptz
        where \(ofA) and id in (key(3), key(5));
        update sessions set started_at = case id when key(5) then '2026-03-01 10:00:00+00' else '2026-03-02 10:00:00+00' end::timestamptz
        where \(ofA) and id in (key(3), key(5))
        """

    static let ofScorecards = [
        Case(name: "scorecard inserted", sql: "update sessions set status = 'scored' where id = key(5); \(scorecard(5))"),
        Case(name: "scorecard inserted, session not scored", sql: scorecard(5), isChange: true),
        Case(name: "scorecard with score 0", sql: "update sessions set status = 'scored' where id = key(5); \(scorecard(5, score: 0))"),
        Case(name: "score changed", sql: "update scorecards set overall_score = 1 where \(ofA) and session_id = key(3)"),
        Case(name: "all scores changed", sql: "update scorecards set overall_score = 100 - overall_score"),
        Case(name: "score not changed", sql: "update scorecards set overall_score = overall_score, headline = 'y'", isChange: false),
        Case(name: "scorecard moved", sql: "update scorecards set session_id = key(10) where \(ofA) and session_id = key(3)"),
        Case(
            name: "scorecard moved and score changed",
            sql: "update scorecards set session_id = key(10), overall_score = 3 where \(ofA) and id = key(3)"
        ),
        Case(name: "scorecard deleted", sql: "delete from scorecards where \(ofA) and session_id = key(3)"),
        Case(name: "all scorecards deleted", sql: "delete from scorecards"),
        Case(name: "scorecards truncated", sql: "truncate scorecards", role: "postgres"),
        Case(
            name: "scorecard inserted where one is",
            sql: "\(scorecard(3, score: 9)) on conflict (tenant_id, session_id) do update set overall_score = 9"
        ),
        Case(name: "scorecard not inserted where one is", sql: "\(scorecard(3, score: 9)) on conflict do nothing", isChange: false),
        Case(name: "scorecards merged", sql: mergeScorecards),
        Case(
            name: "scorecard replaced in one statement",
            sql: """
                with gone as (delete from scorecards where \(ofA) and session_id = key(3) returning *)
                insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
                select tenant_id, session_id, 1, verdict, headline, categories, callouts from gone
                """
        ),
        Case(
            name: "scorecard moved on in one statement",
            sql: """
                with gone as (delete from scorecards where \(ofA) and session_id = key(3) returning *)
                update scorecards set session_id = key(3) where \(ofA) and session_id = key(8) and exists (select from gone)
                """
        ),
    ]

    private static let mergeScorecards = """
        merge into scorecards c
        using (select tenant_id, id, right(id::text, 1) as digit from sessions) s on c.tenant_id = s.tenant_id and c.session_id = s.id
        when matched and digit in ('1', '2', '3') then update set overall_score = 50
        when matched and digit in ('4', '8') then delete
        when not matched then insert (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
            values (s.tenant_id, s.id, 33, 'x', 'x', '[]', '[]')
        """

    static let ofBoth = [
        Case(
            name: "session and scorecard deleted in one statement",
            sql: """
                with c as (delete from scorecards where \(ofA) and session_id = key(3))
                delete from sessions where \(ofA) and id = key(3)
                """
        ),
        Case(
            name: "session changed, scorecard deleted in one statement",
            sql: """
                with c as (delete from scorecards where \(ofA) and session_id = key(3))
                update sessions set status = 'failed', started_at = '2026-03-07 00:00:00+00' where \(ofA) and id = key(3)
                """
        ),
        Case(
            name: "session changed, score changed in one statement",
            sql: """
                with s as (update sessions set started_at = '2026-03-07 00:00:00+00', status = 'scored' where id in (key(3), key(5), key(6)))
                update scorecards set overall_score = 2 where session_id in (key(2), key(3), key(6))
                """
        ),
        Case(
            name: "session and scorecard inserted in one statement",
            sql: """
                with s as (\(session(100)) returning *)
                insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
                select tenant_id, id, 44, 'x', 'x', '[]', '[]' from s
                """
        ),
        Case(
            name: "session given another id with its scorecard",
            sql: """
                delete from transcripts where session_id = key(3);
                with s as (update sessions set id = key(200), started_at = '2026-03-07 00:00:00+00' where \(ofA) and id = key(3))
                update scorecards set session_id = key(200) where \(ofA) and session_id = key(3)
                """
        ),
        Case(
            name: "session moved to another tenant with its scorecard",
            sql: """
                delete from transcripts; delete from sessions where tenant_id = '\(KeptSums.b)' and id = key(3);
                with s as (update sessions set tenant_id = '\(KeptSums.b)' where \(ofA) and id = key(3))
                update scorecards set tenant_id = '\(KeptSums.b)' where \(ofA) and session_id = key(3)
                """
        ),
        Case(
            name: "sessions merged",
            sql: """
                merge into sessions s
                using (select tenant_id, key(n) as id, n from shapes, (select distinct tenant_id from users) t
                    union all select '\(KeptSums.a)', key(n), n from generate_series(100, 110) n) w
                on s.tenant_id = w.tenant_id and s.id = w.id
                when matched and n < 7 then update set status = 'scored', started_at = '2026-03-01 05:00:00+00'
                when matched and n < 14 then delete
                when not matched then insert (tenant_id, id, user_id, scenario_id, status, started_at)
                    values (w.tenant_id, w.id, key(1), key(1), 'scored', '2026-03-01 05:00:00+00')
                """
        ),
        Case(
            name: "session inserted where one is",
            sql:
                "\(session(3, status: "failed")) on conflict (tenant_id, id) do update set status = excluded.status, started_at = excluded.started_at"
        ),
        Case(
            name: "sessions, some of which are there",
            sql: """
                insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
                select '\(KeptSums.a)', key(n), key(1), key(1), 'scored', '2026-03-09 10:00:00+00' from generate_series(20, 30) n
                on conflict (tenant_id, id) do update set status = 'scored', started_at = excluded.started_at
                """
        ),
        Case(name: "session not inserted where one is", sql: "\(session(3)) on conflict do nothing", isChange: false),
    ]

    static let ofTransactions = [
        Case(
            name: "a life of a session",
            sql: """
                \(session(100, status: "in_progress")); update sessions set ended_at = now(), status = 'completed' where id = key(100);
                \(scorecard(100)); update sessions set status = 'scored' where id = key(100)
                """
        ),
        Case(
            name: "a life to its end",
            sql:
                "\(session(100)); \(scorecard(100)); update scorecards set overall_score = 5 where id = key(100);"
                + "delete from sessions where id = key(100)"
                + "; \(session(101))"
        ),
        Case(
            name: "a savepoint rolled back",
            sql: """
                savepoint here; delete from sessions where id > key(12); update scorecards set overall_score = 0; \(session(101));
                rollback to here; update sessions set status = 'scored' where id = key(1)
                """
        ),
        Case(
            name: "all rolled back",
            sql: "savepoint here; delete from sessions; \(session(101)); \(scorecard(101)); rollback to here",
            isChange: false
        ),
        Case(
            name: "REPEATABLE READ",
            sql:
                "\(session(100)); \(scorecard(100)); update sessions set status = 'failed' where id < key(5); delete from sessions where id = key(8)",
            isolation: "repeatable read"
        ),
        Case(
            name: "SERIALIZABLE",
            sql: "\(session(100)); \(scorecard(100)); update scorecards set overall_score = 1; delete from scorecards where id = key(8)",
            isolation: "serializable"
        ),
        Case(
            name: "a trigger of the platform's that scores a session with its scorecard",
            sql: nested("insert", "scorecards", on: scorecard(5)),
            role: "postgres"
        ),
        Case(
            name: "a trigger of the platform's that writes sessions as sessions are written",
            sql: nested("insert", "sessions", on: session(100)),
            role: "postgres"
        ),
        Case(
            name: "a trigger of the platform's that changes the row before it is written",
            sql: """
                create function meddle() returns trigger language plpgsql as $$
                begin new.status := 'scored'; new.started_at := new.started_at + interval '2 hours'; return new; end $$;
                create trigger meddle before update on sessions for each row when (pg_trigger_depth() < 9) execute function meddle();
                \(scorecard(5)); update scorecards set overall_score = 8 where id = key(6)
                """,
            role: "postgres"
        ),
        Case(
            name: "a trigger of the platform's that writes scorecards from a trigger's depth",
            sql: """
                create function judge() returns trigger language plpgsql as $$
                begin
                    update scorecards set overall_score = 13 where session_id = new.session_id;
                    update sessions set status = 'scored', started_at = '2026-03-08 00:00:00+00' where id = new.session_id;
                    return null;
                end $$;
                create trigger judge after update on transcripts for each row execute function judge();
                update transcripts set turns = '[1]' where session_id <= key(8)
                """,
            role: "postgres"
        ),
    ]

    /// A write with a trigger for each row that changes sessions once more.
    private static func nested(_ event: String, _ table: String, on sql: String) -> String {
        """
        create function again() returns trigger language plpgsql as $$
        begin update sessions set status = 'scored', started_at = '2026-03-08 00:00:00+00' where id = key(5); return null; end $$;
        create trigger again after \(event) on \(table) for each row execute function again();
        \(sql)
        """
    }
}
