# shellcheck shell=bash disable=SC2034,SC2154 # What is not set here scripts/bench sets, and the reverse.
# Whether what a request costs grows with the data. Sourced by scripts/bench.
#
# Pages: the first against the one behind 20,000 others, of the huge tenant, with each filter and with all of them.
# Summary: 5 million sessions of a tenant with 200 reps against 5,000 of another with 200; and against the aggregate in
# SQL over the same rows, which is what the sums stand in for.

# In a database beside the bench's, made once: 5 million sessions would be all that the bench's own is about.
growth_database() {
    psql -XqAt -v ON_ERROR_STOP=1 "$(conninfo postgres bench_growth)"
}

growth_data() {
    cat <<'SQL'
set session_replication_role = replica;
set synchronous_commit = off;
insert into tenants (id, name) select lpad(t::text, 32, '0')::uuid, 'Tenant ' || t from generate_series(1, 2) t;
insert into users (tenant_id, id, full_name, email, role)
select lpad(t::text, 32, '0')::uuid, lpad(u::text, 32, '0')::uuid, 'User ' || u, 'nobody@example.org', 'rep'
from generate_series(1, 2) t, generate_series(1, 200) u;
insert into scenarios (tenant_id, id, name, call_type, status)
select lpad(t::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'Scenario', 'cold_call', 'active' from generate_series(1, 2) t;
insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
select lpad(t::text, 32, '0')::uuid, md5(t || '-' || s)::uuid, lpad((1 + s % 200)::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid,
    case s % 4 when 0 then 'completed' else 'scored' end,
    timestamptz '2026-05-01 00:00:00Z' - s * case t when 1 then 94608000 / 5e6 else 94608000 / 5e3 end * interval '1 second'
from generate_series(1, 2) t, generate_series(1, case t when 1 then 5000000 else 5000 end) s;
insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
select tenant_id, id, ('x' || left(id::text, 4))::bit(16)::int % 101, 'verdict', 'headline', '[]', '[]'
from sessions where status = 'scored';
SQL
}

# Loaded with triggers off; `summary rebuild` makes the sums.
make_growth_database() {
    [ "$(bench_psql -c "select count(*) from pg_database where datname = 'bench_growth'")" = 0 ] || return 0
    progress 'growth: loading 5 million sessions'
    bench_psql -c 'create database bench_growth_new'
    DEBRIEF_ADMIN_DATABASE=$(conninfo postgres bench_growth_new) "$state/bin/debrief" migrate up --folder "$clone/migrations" \
        >/dev/null
    growth_data | psql -Xq -v ON_ERROR_STOP=1 "$(conninfo postgres bench_growth_new)"
    DEBRIEF_ADMIN_DATABASE=$(conninfo postgres bench_growth_new) "$state/bin/debrief" summary rebuild >/dev/null
    psql -Xq -c 'vacuum analyze' "$(conninfo postgres bench_growth_new)"
    # Under its name only once it is whole.
    bench_psql -c 'alter database bench_growth_new rename to bench_growth'
}

# growth_load METRIC TOKEN TARGET: the rate at which nginx answers one target.
growth_load() {
    local name=growth.$$
    (umask 077 && printf '%s %s\n' "$2" "$3" >"$state/requests/$name")
    load debrief "$name" 8 "$seconds"
    rm -f "$state/requests/$name"
    clients=8
    record growth "$1" rate "$rate"
    record growth "$1" p50 "$median"
    clients=0
}

growth_pages() {
    local tenant user start deep end filter query token
    tenant=$(bench_psql -c "select id from bench.tenants where number = 1")
    token=$(bench_psql -c 'select token from bench.tokens where tenant = 1 limit 1')
    # A user with enough rows for both pages, and the instants between which the filters lie.
    read -r user start end < <(bench_psql -F ' ' -c "select user_id, to_char(min(started_at) at time zone 'UTC', 'YYYY-MM-DD'),
        to_char((max(started_at) + interval '1 day') at time zone 'UTC', 'YYYY-MM-DD')
        from sessions where tenant_id = '$tenant' group by user_id order by count(*) desc, user_id limit 1")
    # Behind 20,000 pages of 50.
    deep=$(bench_psql -c "select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')
        from sessions where tenant_id = '$tenant' order by started_at desc, id desc offset 1000000 limit 1")
    for filter in none from to user_id all; do
        case $filter in
        none) query='' ;;
        from) query="&from=$start" ;;
        to) query="&to=$end" ;;
        user_id) query="&user_id=$user" ;;
        all) query="&from=$start&to=$end&user_id=$user" ;;
        esac
        progress "round $round: growth, page 1 and page 20,000, filter $filter"
        growth_load "page-1-$filter" "$token" "/api/v1/sessions?limit=50$query"
        growth_load "page-20000-$filter" "$token" "/api/v1/sessions?limit=50&cursor=$deep$query"
    done
}

# growth_time SQL: sets `took`, the milliseconds of the fastest of three runs in one session.
growth_time() {
    took=$(growth_database <<<"\\timing on
$1
$1
$1" | awk '/^Time:/ { if (!least || $2 < least) least = $2 } END { print least }')
}

# growth_summary PERIOD FROM TO: the endpoint for both tenants, in turn, on a master of its own, and the aggregate.
growth_summary() {
    local tenant n names=('' 5M 5k)
    for n in 1 2; do
        footprint_ask "${growth_tokens[n]}" "/api/v1/analytics/summary?from=$2&to=$3" 50
        record growth "summary-$1-${names[n]}" milliseconds "$took"
    done
    tenant=$(printf '%032d' 1)
    growth_time "select count(*), count(*) filter (where s.status = 'scored'), avg(c.overall_score), count(distinct s.user_id)
        from sessions s left join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id and s.status = 'scored'
        where s.tenant_id = '$tenant' and s.started_at between '$2' and '$3';"
    record growth "summary-$1-aggregate" milliseconds "$took"
}

measure_growth() {
    local n growth_tokens=()
    growth_pages
    make_growth_database
    for n in 1 2; do
        growth_tokens[n]=$(DEBRIEF_ADMIN_DATABASE=$(conninfo postgres bench_growth) "$state/bin/debrief" token create \
            --name bench --tenant "00000000-0000-0000-0000-00000000000$n" --scope analytics:read 2>/dev/null)
    done
    footprint_serve bench_growth
    progress "round $round: growth, summary of 30 days and of all time"
    growth_summary 30-days 2026-04-01T00:00:00Z 2026-04-30T23:59:59Z
    growth_summary all-time 2023-01-01T00:00:00Z 2026-12-31T00:00:00Z
    footprint_stop
}
