-- What scripts/bench measures on: 2 million sessions of 100 tenants. For psql, as a superuser, on a database that has the
-- migrations and nothing else.
--
-- | tenants  | sessions each | users each |
-- |----------|---------------|------------|
-- | 1        | 1,100,000     | 2,000      |
-- | 2        | 300,000       | 100,000    |
-- | 3 to 10  | 50,000        | 50         |
-- | 11 to 30 | 9,000         | 50         |
-- | 31 to 99 | 285           | 50         |
-- | 100      | what is left  | 50         |
--
-- All follows from numbers, so it is the same each time, but for the tokens. Triggers are off while it loads, foreign
-- keys included: whatever triggers keep has to be made afterwards.

\set ON_ERROR_STOP on
\encoding UTF8

set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '512MB';
set jit = off;

create schema bench;

create function bench.id(kind text, tenant int, number int) returns uuid language sql immutable
    return md5(kind || tenant::text || '-' || number::text)::uuid;

create table bench.tenants as
select
    number,
    bench.id('tenant', number, 0) as id,
    case
        when number = 1 then 1100000
        when number = 2 then 300000
        when number <= 10 then 50000
        when number <= 30 then 9000
        when number < 100 then 285
        else 2000000 - 1100000 - 300000 - 8 * 50000 - 20 * 9000 - 69 * 285
    end as sessions,
    case number when 1 then 2000 when 2 then 100000 else 50 end as users
from generate_series(1, 100) as number;

-- When the session `number` of `sessions` began, the first being the newest: spread over the three years before May
-- 2026, each at a moment of its own. One in four has microseconds.
create function bench.started_at(tenant int, number int, sessions int) returns timestamptz language sql stable
    return timestamptz '2026-05-01 00:00:00Z'
        - (number * (94608000::bigint / sessions) + (number * 7919::bigint + tenant * 104729) % (94608000::bigint / sessions))
            * interval '1 second'
        + case number % 4 when 0 then (number * 7919::bigint) % 1000000 else 0 end * interval '1 microsecond';

-- Of a scored session; a trigger would copy it from the scorecard.
create function bench.score(session uuid) returns int language sql immutable
    return 40 + ('x' || left(session::text, 6))::bit(24)::int % 60;

insert into public.tenants (id, name) select id, 'Tenant ' || number from bench.tenants;

insert into public.users (tenant_id, id, full_name, email, role, created_at)
select
    t.id,
    bench.id('user', t.number, u),
    (array['Kira', 'Jordan', 'Liam', 'Mateo', 'Maya', 'Nadia', 'Noah', 'Priya', 'Rosa', 'Théo'])[1 + u % 10] || ' '
        || (array['Novak', 'Reyes', 'O’Connor', 'Álvarez', 'Lindqvist', 'Rahman', 'Feldman', 'Raman'])[1 + u * 7 % 8] || ' '
        || u,
    'user' || u || '@tenant' || t.number || '.example',
    case u % 25 when 0 then 'manager' else 'rep' end,
    '2023-01-01 00:00:00Z'
from bench.tenants t, generate_series(1, t.users) u;

insert into public.scenarios (tenant_id, id, name, call_type, status, created_at)
select t.id, bench.id('scenario', t.number, s), 'Scenario ' || s, 'cold_call', 'active', '2023-01-01 00:00:00Z'
from bench.tenants t, generate_series(1, 20) s;

-- Millions of rows are sorted into an index sooner than they are put into it one by one.
create table bench.kept as
select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as make, indrelid as relation
from pg_index
where indrelid = 'public.sessions'::regclass and not indisprimary
union all
select
    format('alter table %s drop constraint %I', conrelid::regclass, conname),
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
    conrelid
from pg_constraint
where conrelid = 'public.scorecards'::regclass and contype in ('p', 'u');

select drop from bench.kept \gexec

-- In the order in which they would have come in: tenants between each other, so that a page's rows lie apart.
insert into public.sessions (
    tenant_id, id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, created_at, score
)
select
    t.id,
    bench.id('session', t.number, s),
    bench.id('user', t.number, 1 + (s * 31::bigint % t.users)::int),
    bench.id('scenario', t.number, 1 + s * 7 % 20),
    case when s % 20 = 0 then 'in_progress' when s % 20 < 3 then 'failed' when s % 20 < 6 then 'completed' else 'scored' end,
    started_at,
    case when s % 20 <> 0 then date_trunc('second', started_at) + (120 + s % 600) * interval '1 second' end,
    case when s % 20 <> 0 then 120 + s % 600 end,
    started_at,
    case when s % 20 >= 6 then bench.score(bench.id('session', t.number, s)) end
from bench.tenants t, generate_series(1, t.sessions) s, bench.started_at(t.number, s, t.sessions) as started_at
order by started_at;

select make from bench.kept where relation = 'public.sessions'::regclass \gexec

-- The newest thousand of each tenant can be asked for one by one: with a transcript of 20 turns, and a whole scorecard.
create table bench.asked as
select t.number as tenant, t.id as tenant_id, s as number, bench.id('session', t.number, s) as id
from bench.tenants t, generate_series(1, least(t.sessions, 1000)) s;

insert into public.transcripts (tenant_id, session_id, turns)
select
    a.tenant_id,
    a.id,
    (
        select
            ('[' || string_agg(
                format(
                    '{"role":"%s","message":"%s %s %s","time":"00:%s:%s"}',
                    case turn % 2 when 0 then 'rep' else 'prospect' end,
                    (array[
                        'Hi, this is Kira with Northside Realty — did I catch you at a bad time?',
                        'Honestly, we already talked to three other agents this week.',
                        'I hear that a lot, and I would feel the same in your place.',
                        'What makes you think that you could sell it when nobody else could?',
                        'Two homes on your street closed last month, both above asking.',
                        'The commission is what bothers my husband the most.',
                        'May I ask what you were hoping to do after the sale?'
                    ])[1 + (a.number + turn * 3) % 7],
                    (array[
                        'Let me be specific:', 'To be fair,', 'Well …', 'You said earlier:', 'Right,', 'If I may:'
                    ])[1 + (a.number * 5 + turn) % 6],
                    left(md5(a.id::text || turn), 8 + (a.number + turn) % 24),
                    lpad((turn / 3)::text, 2, '0'),
                    lpad((turn * 20 % 60)::text, 2, '0')
                ),
                ',' order by turn
            ) || ']')::json
        from generate_series(0, 19) as turn
    )
from bench.asked a;

-- All that are scored have one, so that a summary has its scores; only those that are asked for are of full length.
insert into public.scorecards (
    tenant_id, id, session_id, overall_score, verdict, headline, categories, callouts, created_at
)
select
    s.tenant_id,
    md5('scorecard' || s.id)::uuid,
    s.id,
    s.score,
    case when a.hash % 60 < 20 then 'needs_work' when a.hash % 60 < 40 then 'good' else 'great' end,
    'Strong opening, but the "close" came too early',
    case when asked.id is null then '[]' else (
        select
            ('[' || string_agg(
                format(
                    '{"name":"%s","score":%s,"comment":"%s %s"}',
                    name,
                    (a.hash + length(name) * 7) % 100,
                    'You asked an open question and waited for the answer, which is more than most do; then the second one came'
                        ' before the prospect had finished.',
                    left(md5(name || s.id), 8)
                ),
                ','
            ) || ']')::json
        from unnest(array['opening', 'discovery', 'objections', 'closing', 'rapport', 'clarity']) as name
    ) end,
    case when asked.id is null then '[]' else (
        select
            ('[' || string_agg(
                format(
                    '{"turn":%s,"kind":"%s","quote":"%s","advice":"%s %s"}',
                    2 * n,
                    case n % 2 when 0 then 'strength' else 'improvement' end,
                    'I hear that a lot, and I would feel the same in your place.',
                    'Say what you heard in her own words before you answer.',
                    left(md5(n || s.id::text), 6)
                ),
                ','
            ) || ']')::json
        from generate_series(1, 5) as n
    ) end,
    s.ended_at
from public.sessions s
    left join bench.asked asked on asked.id = s.id,
    lateral (select ('x' || left(s.id::text, 6))::bit(24)::int as hash) a
where s.status = 'scored'
order by s.started_at;

select make from bench.kept where relation = 'public.scorecards'::regclass \gexec

-- A token each, with every scope. Its text is needed once, for the files of requests.
create function bench.base62(value bigint, digits int) returns text language sql immutable
return (
    select string_agg(
        substr(
            '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
            (value / (62 ^ position)::bigint % 62)::int + 1,
            1
        ),
        '' order by position desc
    )
    from generate_series(0, digits - 1) as position
);

-- CRC-32 as of IEEE 802.3, a bit at a time.
create function bench.crc32(bytes bytea) returns bigint language plpgsql immutable as $$
declare
    crc bigint := 4294967295;
begin
    for i in 0 .. length(bytes) - 1 loop
        crc := crc # get_byte(bytes, i);
        for bit in 1 .. 8 loop
            crc := case crc & 1 when 1 then (crc >> 1) # 3988292384 else crc >> 1 end;
        end loop;
    end loop;
    return crc # 4294967295;
end
$$;

create table bench.tokens as
select tenant, body || bench.base62(bench.crc32(body::bytea), 6) as token
from (
    -- Ten characters of the 40 from the last 56 bits of a UUID, all of them random.
    select
        t.number as tenant,
        'debrief_' || string_agg(
            bench.base62(('x' || right(replace(gen_random_uuid()::text, '-', ''), 14))::bit(56)::bigint, 10), ''
        ) as body
    from bench.tenants t, generate_series(1, 4) as part
    group by t.number
) as bodies;

insert into public.api_tokens (tenant_id, name, token_hash, prefix, scopes)
select
    t.id,
    'scripts/bench',
    sha256(k.token::bytea),
    left(k.token, 16),
    array['sessions:read', 'scorecards:read', 'scenarios:read', 'users:read', 'analytics:read']
from bench.tokens k join bench.tenants t on t.number = k.tenant;

-- The peers' role: bound by no row security, so their statements say the tenant themselves.
do $$
begin
    if to_regrole('bench_peer') is null then
        create role bench_peer login bypassrls;
    end if;
end
$$;
grant select on all tables in schema public to bench_peer;

create extension if not exists pg_prewarm;
