-- What scripts/bench asks for pages and summaries at both ends of size: tenant 1 has 5 million sessions, tenant 2 has 5,000, each
-- over the three years before May 2026 and of 200 reps. Rep 1 has two in five of them, which is more than 20,000 pages of tenant 1.
-- For psql, as a superuser, on a database that has the migrations and nothing else; triggers are off, as in data.sql.

\set ON_ERROR_STOP on

set session_replication_role = replica;
set work_mem = '512MB';
set jit = off;

create function pg_temp.id(number int) returns uuid language sql immutable return lpad(number::text, 32, '0')::uuid;

insert into tenants (id, name) select pg_temp.id(t), 'Tenant ' || t from generate_series(1, 2) t;
insert into users (tenant_id, id, full_name, email, role)
select pg_temp.id(t), pg_temp.id(u), 'User ' || u, 'user' || u || '@tenant' || t || '.example', 'rep'
from generate_series(1, 2) t, generate_series(1, 200) u;
insert into scenarios (tenant_id, id, name, call_type, status)
select pg_temp.id(t), pg_temp.id(1), 'Scenario', 'cold_call', 'active' from generate_series(1, 2) t;

create temporary table kept as
select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as make, indrelid as relation
from pg_index
where indrelid = 'sessions'::regclass and not indisprimary
union all
select
    format('alter table %s drop constraint %I', conrelid::regclass, conname),
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
    conrelid
from pg_constraint
where conrelid = 'scorecards'::regclass and contype in ('p', 'u');

select drop from kept \gexec

-- From the oldest to the newest, as they would have come in.
insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at, score)
select
    pg_temp.id(t),
    pg_temp.id(s),
    pg_temp.id(case when s % 5 < 2 then 1 else 2 + s / 5 % 199 end),
    pg_temp.id(1),
    case s % 4 when 0 then 'completed' else 'scored' end,
    timestamptz '2026-05-01 00:00:00Z' - s * (94608000 / size) * interval '1 second',
    case when s % 4 > 0 then s % 101 end
from (values (1, 5000000.0), (2, 5000.0)) as sizes (t, size), generate_series(size::int, 1, -1) s;

select make from kept where relation = 'sessions'::regclass \gexec

insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
select tenant_id, id, score, 'good', 'Headline', '[]', '[]' from sessions where score is not null;

select make from kept where relation = 'scorecards'::regclass \gexec
