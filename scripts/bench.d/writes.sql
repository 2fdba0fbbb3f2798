-- What scripts/bench writes to: a tenant that has 200,000 sessions with scorecards already, so that indexes have a depth. For psql,
-- as a superuser, on a database that has the migrations and nothing else; triggers are off, as in data.sql.

\set ON_ERROR_STOP on

set session_replication_role = replica;

create function pg_temp.id(number int) returns uuid language sql immutable return lpad(number::text, 32, '0')::uuid;

insert into tenants (id, name) values (pg_temp.id(1), 'Tenant');
insert into users (tenant_id, id, full_name, email, role)
select pg_temp.id(1), pg_temp.id(u), 'User ' || u, 'user' || u || '@tenant.example', 'rep' from generate_series(1, 200) u;
insert into scenarios (tenant_id, id, name, call_type, status)
values (pg_temp.id(1), pg_temp.id(1), 'Scenario', 'cold_call', 'active');

insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at, score)
select pg_temp.id(1), md5('there' || s)::uuid, pg_temp.id(1 + s % 200), pg_temp.id(1), 'scored',
    timestamptz '2026-01-01 00:00:00Z' + s * interval '30 seconds', s % 101
from generate_series(1, 200000) s;
insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
select tenant_id, id, score, 'good', 'Headline', '[]', '[]' from sessions;

create extension if not exists pg_prewarm;
