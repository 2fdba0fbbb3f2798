-- What is asked in each scenario: lines of a token and a target, some thousand, in an order that mixes tenants. For psql
-- with -At and a variable `scenario`. Half of the requests are the huge tenant's.

\set ON_ERROR_STOP on
\set QUIET on
set jit = off;

create temporary view asked as
select
    n,
    t.*,
    k.token,
    -- The position in the list at which a page begins, deep in it and at its beginning.
    greatest(0, case t.number when 1 then 950000 + n * 7919 % 100000 else t.sessions - 60 - n % 100 end) as deep,
    n % 5 * 50 as shallow,
    bench.id('session', t.number, 1 + n * 37 % least(t.sessions, 1000)) as session
from
    generate_series(1, 4000) as n,
    bench.tenants t,
    bench.tokens k
where t.number = case n % 2 when 0 then 1 else 1 + n * 31 % 100 end and k.tenant = t.number;

create temporary view pages as
select n, tenant.number, tenant.token, scenario, position,
    to_char(bench.started_at(number, position, sessions) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as cursor
from asked as tenant, lateral (values ('page', shallow), ('deep', deep)) as kinds (scenario, position);

create temporary view targets as
select scenario, n, token, '/api/v1/sessions' || case position when 0 then '' else '?cursor=' || cursor end as target
from pages
union all
select 'session', n, token, '/api/v1/sessions/' || session from asked
union all
select 'scorecard', n, token, '/api/v1/scorecards/' || case n % 3 when 0 then c.session_id else c.id end
from asked join public.scorecards c on c.tenant_id = asked.id and c.session_id = session
union all
select 'users-50', n, token, '/api/v1/users' from asked where users = 50
union all
select 'users-100k', n, token, '/api/v1/users' from asked where users = 100000
union all
select
    'summary',
    n,
    token,
    '/api/v1/analytics/summary?from=' || to_char(date '2026-04-01' - n * 7 % 300, 'YYYY-MM-DD')
        || '&to=' || to_char(date '2026-05-01' - n * 7 % 300, 'YYYY-MM-DD')
from asked;

select token || ' ' || target from targets where scenario = :'scenario' order by n;
