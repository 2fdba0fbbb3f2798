-- Sums of sessions by hour and by day, so that the summary of a period does not cost a row read for each of its sessions.
--
-- Whatever changes sessions appends what it changes to session_deltas: writers of one tenant never wait for each other's sums, as they
-- would to add to a row of the hour they share. Now and then one of them folds its tenant's deltas into session_hours and session_days.
-- Hours and deltas together are exact in each snapshot; days are the sums of the hours.
--
-- Writers wait while the sums are filled from the rows that are there; readers do not.

set local search_path = public;
set local role debrief_owner;

create table session_hours (
    tenant_id uuid not null,
    -- Its first moment, in UTC whatever the time zone of who writes.
    hour      timestamptz not null,
    sessions  bigint not null,
    -- Those with status scored.
    scored    bigint not null,
    -- Those of them with a scorecard, and the sum of its overall_score.
    cards     bigint not null,
    score_sum bigint not null,
    primary key (tenant_id, hour)
) with (fillfactor = 70);

create table session_days (
    tenant_id uuid not null,
    day       timestamptz not null,
    sessions  bigint not null,
    scored    bigint not null,
    cards     bigint not null,
    score_sum bigint not null,
    primary key (tenant_id, day)
) with (fillfactor = 70);

-- A queue: rows are added and deleted, never changed, and soon. Vacuum must not wait for a share of a table whose size says nothing.
create table session_deltas (
    tenant_id uuid not null,
    hour      timestamptz not null,
    sessions  bigint not null,
    scored    bigint not null,
    cards     bigint not null,
    score_sum bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

create index session_deltas_by_hour on session_deltas (tenant_id, hour);

alter table session_hours enable row level security, force row level security;
alter table session_days enable row level security, force row level security;
alter table session_deltas enable row level security, force row level security;

create policy owner on session_hours to debrief_owner using (true) with check (true);
create policy owner on session_days to debrief_owner using (true) with check (true);
create policy owner on session_deltas to debrief_owner using (true) with check (true);

create policy tenant on session_hours for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));
create policy tenant on session_days for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));
create policy tenant on session_deltas for select to debrief_api
    using (tenant_id = (select nullif(current_setting('debrief.tenant', true), '')::uuid));

grant select (hour, sessions, scored, cards, score_sum) on session_hours to debrief_api;
grant select (day, sessions, scored, cards, score_sum) on session_days to debrief_api;
grant select (hour, sessions, scored, cards, score_sum) on session_deltas to debrief_api;

-- Folds a tenant's deltas, unless somebody else is at it: then that one, or the next, does. It waits for nobody, since whoever writes to
-- hours and days holds this lock until his transaction ends, and it fails nobody: above READ COMMITTED a row that another folder has
-- changed since would be a serialization failure of an innocent writer, so there nobody folds.
create function fold_session_deltas(tenant uuid) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- "sums" in ASCII, so that no other lock of the database is meant.
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted')
        or not pg_try_advisory_xact_lock(x'73756d73'::integer, hashtext(tenant::text))
    then
        return;
    end if;

    -- A statement of its own, whose snapshot has what the last holder of the lock did.
    with gone as (
        delete from public.session_deltas as d where d.tenant_id = tenant returning d.hour, d.sessions, d.scored, d.cards, d.score_sum
    ), hours as (
        insert into public.session_hours as h
        select tenant, g.hour, sum(g.sessions), sum(g.scored), sum(g.cards), sum(g.score_sum) from gone as g group by g.hour
        on conflict (tenant_id, hour) do update set
            sessions = h.sessions + excluded.sessions,
            scored = h.scored + excluded.scored,
            cards = h.cards + excluded.cards,
            score_sum = h.score_sum + excluded.score_sum
    )
    insert into public.session_days as d
    select tenant, date_bin('1 day', g.hour, '0001-01-01 00:00+00') as day, sum(g.sessions), sum(g.scored), sum(g.cards), sum(g.score_sum)
    from gone as g
    group by 2
    on conflict (tenant_id, day) do update set
        sessions = d.sessions + excluded.sessions,
        scored = d.scored + excluded.scored,
        cards = d.cards + excluded.cards,
        score_sum = d.score_sum + excluded.score_sum;
end
$$;

-- Appends what a statement inserted or deleted, one row for each hour of a tenant. Grouping costs more than all else, so a single row is
-- appended as it is.
create function count_sessions() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    appended bigint;
begin
    if tg_op = 'INSERT' then
        insert into public.session_deltas
        select
            n.tenant_id,
            date_bin('1 hour', n.started_at, '0001-01-01 00:00+00'),
            1,
            case when n.status = 'scored' then 1 else 0 end,
            case when n.status = 'scored' and n.score is not null then 1 else 0 end,
            case when n.status = 'scored' and n.score is not null then n.score else 0 end
        from new_rows as n
        where not exists (select from new_rows offset 1);
        if found then
            if random() * 256 < 1 then
                perform public.fold_session_deltas(n.tenant_id) from new_rows as n;
            end if;
            return null;
        end if;

        insert into public.session_deltas
        select c.tenant_id, c.hour, count(*), sum(c.scored), sum(c.cards), sum(c.score)
        from (
            select
                n.tenant_id,
                date_bin('1 hour', n.started_at, '0001-01-01 00:00+00') as hour,
                case when n.status = 'scored' then 1 else 0 end as scored,
                case when n.status = 'scored' and n.score is not null then 1 else 0 end as cards,
                case when n.status = 'scored' and n.score is not null then n.score else 0 end as score
            from new_rows as n
        ) as c
        group by c.tenant_id, c.hour;
    else
        insert into public.session_deltas
        select c.tenant_id, c.hour, -count(*), -sum(c.scored), -sum(c.cards), -sum(c.score)
        from (
            select
                o.tenant_id,
                date_bin('1 hour', o.started_at, '0001-01-01 00:00+00') as hour,
                case when o.status = 'scored' then 1 else 0 end as scored,
                case when o.status = 'scored' and o.score is not null then 1 else 0 end as cards,
                case when o.status = 'scored' and o.score is not null then o.score else 0 end as score
            from old_rows as o
        ) as c
        group by c.tenant_id, c.hour;
    end if;
    get diagnostics appended = row_count;

    -- 256 rows wait on average.
    if random() * 256 < appended then
        if tg_op = 'DELETE' then
            perform public.fold_session_deltas(t.tenant_id) from (select distinct o.tenant_id from old_rows as o) as t;
        else
            perform public.fold_session_deltas(t.tenant_id) from (select distinct n.tenant_id from new_rows as n) as t;
        end if;
    end if;
    return null;
end
$$;

-- Appends what an update of a session's own columns changed, as if it had left the score alone: what a new score changes, copy_scores()
-- appends, for the row as it has become. So the two add up to the whole, also where another trigger changes a session in the UPDATE that
-- brings its score. For each row, since a trigger for the statement would cost as much for each UPDATE of a score, and find nothing.
create function count_changed() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_hour   timestamptz := date_bin('1 hour', old.started_at, '0001-01-01 00:00+00');
    new_hour   timestamptz := date_bin('1 hour', new.started_at, '0001-01-01 00:00+00');
    old_scored integer := case when old.status = 'scored' then 1 else 0 end;
    new_scored integer := case when new.status = 'scored' then 1 else 0 end;
    card       integer := case when old.score is null then 0 else 1 end;
    score      integer := coalesce(old.score, 0);
begin
    if old.tenant_id = new.tenant_id and old_hour = new_hour then
        if old_scored = new_scored then
            return null;
        end if;
        insert into public.session_deltas
        values (
            new.tenant_id, new_hour, 0, new_scored - old_scored, (new_scored - old_scored) * card, (new_scored - old_scored) * score
        );
    else
        insert into public.session_deltas
        values
            (old.tenant_id, old_hour, -1, -old_scored, -old_scored * card, -old_scored * score),
            (new.tenant_id, new_hour, 1, new_scored, new_scored * card, new_scored * score);
    end if;

    -- A tenant that rows were moved away from has to wait for its next writer.
    if random() * 256 < 1 then
        perform public.fold_session_deltas(new.tenant_id);
    end if;
    return null;
end
$$;

-- Keeps sessions.score, and appends what that changes. The search path is what callers have by default, so that PostgreSQL's checks of the
-- session's foreign keys, which the UPDATE repeats for a session of the same transaction, are not planned anew each time; in schema public
-- the owner alone creates.
--
-- The UPDATE goes by the sessions' primary key, whatever plan it had: one made for a bulk load, or while the table was small, would read
-- the whole table for the next single row.
--
-- The score before comes from the statement's snapshot, where RETURNING has the row as it is now. They agree: beside debrief summary
-- rebuild only who has written the session's key to scorecards changes its score. The unique key lets in one of them at a time, rebuild
-- holds session and scorecard in a way that lets in none, and the snapshot is taken after that.
create function copy_scores() returns trigger
language plpgsql
security definer
set search_path = public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    scored   record;
    appended bigint;
begin
    if tg_op = 'INSERT' then
        -- One scorecard for a session without: as nearly always, and without a second look at the session.
        update public.sessions as s
        set score = n.overall_score
        from new_rows as n
        where s.tenant_id = n.tenant_id and s.id = n.session_id and s.score is null and not exists (select from new_rows offset 1)
        returning s.tenant_id, s.started_at, s.status, s.score into scored;
        if found then
            if scored.status = 'scored' then
                insert into public.session_deltas
                values (
                    scored.tenant_id, date_bin('1 hour', scored.started_at, '0001-01-01 00:00+00'), 0, 0,
                    case when scored.score is null then 0 else 1 end, coalesce(scored.score, 0)
                );
                if random() * 256 < 1 then
                    perform public.fold_session_deltas(scored.tenant_id);
                end if;
            end if;
            return null;
        end if;

        with u as (
            update public.sessions as s
            set score = n.overall_score
            from new_rows as n
            join public.sessions as b on b.tenant_id = n.tenant_id and b.id = n.session_id
            -- Also where the score seems to be that already: above READ COMMITTED it may have been taken away since the snapshot, by who
            -- deleted the session's last scorecard, and only the UPDATE finds that out.
            where s.tenant_id = n.tenant_id and s.id = n.session_id
            returning s.tenant_id, s.started_at, s.status, s.score, b.score as before
        )
        insert into public.session_deltas
        select
            u.tenant_id,
            date_bin('1 hour', u.started_at, '0001-01-01 00:00+00') as hour,
            0,
            0,
            count(u.score) - count(u.before) as cards,
            coalesce(sum(u.score), 0) - coalesce(sum(u.before), 0)
        from u
        where u.status = 'scored'
        group by 1, 2;
        get diagnostics appended = row_count;
        if random() * 256 < appended then
            perform public.fold_session_deltas(t.tenant_id) from (select distinct n.tenant_id from new_rows as n) as t;
        end if;
        return null;
    end if;

    -- From what scorecards there are now, since one statement may take a session's scorecard away and give it another, and the triggers of
    -- both come after both. No other transaction can give it one before this one ends: the unique key keeps that.
    if tg_op = 'UPDATE' then
        with u as (
            update public.sessions as s
            set score = c.overall_score
            from (
                select a.tenant_id, a.session_id, bool_or(a.is_old) as was_there
                from (
                    select n.tenant_id, n.session_id, false as is_old from new_rows as n
                    union all
                    select o.tenant_id, o.session_id, true from old_rows as o
                ) as a
                group by 1, 2
            ) as k
            join public.sessions as b on b.tenant_id = k.tenant_id and b.id = k.session_id
            left join public.scorecards as c on c.tenant_id = k.tenant_id and c.session_id = k.session_id
            -- A scorecard that came from another session is as one that is inserted.
            where s.tenant_id = k.tenant_id and s.id = k.session_id and (s.score is distinct from c.overall_score or not k.was_there)
            returning s.tenant_id, s.started_at, s.status, s.score, b.score as before
        )
        insert into public.session_deltas
        select
            u.tenant_id,
            date_bin('1 hour', u.started_at, '0001-01-01 00:00+00') as hour,
            0,
            0,
            count(u.score) - count(u.before) as cards,
            coalesce(sum(u.score), 0) - coalesce(sum(u.before), 0)
        from u
        where u.status = 'scored'
        group by 1, 2;
    else
        with u as (
            update public.sessions as s
            set score = c.overall_score
            from old_rows as o
            join public.sessions as b on b.tenant_id = o.tenant_id and b.id = o.session_id
            left join public.scorecards as c on c.tenant_id = o.tenant_id and c.session_id = o.session_id
            where s.tenant_id = o.tenant_id and s.id = o.session_id and s.score is distinct from c.overall_score
            returning s.tenant_id, s.started_at, s.status, s.score, b.score as before
        )
        insert into public.session_deltas
        select
            u.tenant_id,
            date_bin('1 hour', u.started_at, '0001-01-01 00:00+00') as hour,
            0,
            0,
            count(u.score) - count(u.before) as cards,
            coalesce(sum(u.score), 0) - coalesce(sum(u.before), 0)
        from u
        where u.status = 'scored'
        group by 1, 2;
    end if;
    get diagnostics appended = row_count;
    if random() * 256 < appended then
        perform public.fold_session_deltas(t.tenant_id) from (select distinct o.tenant_id from old_rows as o) as t;
    end if;
    return null;
end
$$;

-- Whatever the transaction's snapshot, the rows are gone: TRUNCATE is the one way to have the sums go with them. sessions is locked by
-- then, so nobody is writing any.
create function empty_sums() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    truncate public.session_deltas, public.session_hours, public.session_days;
    return null;
end
$$;

create function clear_scores() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Scores that came after its snapshot would stay. Where sessions was truncated, too, there is none.
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') and pg_relation_size('public.sessions') > 0 then
        raise exception 'scorecards can be truncated without sessions in a READ COMMITTED transaction alone'
            using errcode = 'feature_not_supported';
    end if;
    with u as (
        update public.sessions as s
        set score = null
        from public.sessions as b
        where b.tenant_id = s.tenant_id and b.id = s.id and s.score is not null
        returning s.tenant_id, s.started_at, s.status, b.score as before
    )
    insert into public.session_deltas
    select u.tenant_id, date_bin('1 hour', u.started_at, '0001-01-01 00:00+00') as hour, 0, 0, -count(*), -sum(u.before)
    from u
    where u.status = 'scored'
    group by 1, 2;
    return null;
end
$$;

-- What is there, before the triggers are: nothing is counted twice. The migration gives up before a writer with one of the two locks
-- would be ended as the victim of a deadlock (deadlock_timeout, 1 s).
set local lock_timeout = '900ms';
lock table sessions, scorecards in share row exclusive mode;

update sessions as s
set score = c.overall_score
from scorecards as c
where c.tenant_id = s.tenant_id and c.session_id = s.id;

insert into session_hours
select
    tenant_id,
    date_bin('1 hour', started_at, '0001-01-01 00:00+00'),
    count(*),
    count(*) filter (where status = 'scored'),
    count(score) filter (where status = 'scored'),
    coalesce(sum(score) filter (where status = 'scored'), 0)
from sessions
group by 1, 2;

insert into session_days
select tenant_id, date_bin('1 day', hour, '0001-01-01 00:00+00'), sum(sessions), sum(scored), sum(cards), sum(score_sum)
from session_hours
group by 1, 2;

create trigger count_inserted after insert on sessions referencing new table as new_rows
    for each statement execute function count_sessions();
create trigger count_updated after update on sessions
    for each row
    when (
        (old.status = 'scored') <> (new.status = 'scored')
        or old.started_at <> new.started_at
        or old.tenant_id <> new.tenant_id
    )
    execute function count_changed();
create trigger count_deleted after delete on sessions referencing old table as old_rows
    for each statement execute function count_sessions();
create trigger empty_sums after truncate on sessions
    for each statement execute function empty_sums();

create trigger copy_inserted after insert on scorecards referencing new table as new_rows
    for each statement execute function copy_scores();
create trigger copy_updated after update on scorecards referencing old table as old_rows new table as new_rows
    for each statement execute function copy_scores();
create trigger copy_deleted after delete on scorecards referencing old table as old_rows
    for each statement execute function copy_scores();
create trigger clear_scores after truncate on scorecards
    for each statement execute function clear_scores();

comment on table session_hours is 'Sums of sessions by hour, without what session_deltas holds; written by triggers alone';
comment on table session_days is 'Sums of session_hours by day, in UTC; written by triggers alone';
comment on table session_deltas is 'What was written to sessions since the last folding into session_hours and session_days';
comment on function fold_session_deltas(uuid) is 'Adds a tenant''s session_deltas to its session_hours and session_days, unless another does';

reset role;
