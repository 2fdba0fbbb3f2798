# shellcheck shell=bash disable=SC2154 # scripts/bench sets what is not set here.
# Whether what a request costs grows with the data, in a database beside the bench's own, which growth.sql makes: the bench's own
# would be about 5 million sessions otherwise. Sourced by scripts/bench.
#
# Pages: the first against the 20,000th of a tenant's list, without a filter, with each, and with all of them.
# Summary: of 5 million sessions against 5,000, with 200 reps each; and against the aggregate in SQL over the same rows, which is
# what the sums stand in for.

prepare_growth() {
    keep_database bench_growth "$parts/growth.sql"
}

# growth_target FILTER: sets `query`, what the filter is for a caller, and `condition`, what it is in SQL.
growth_target() {
    local from=2023-06-01 to=2026-04-01 user=00000000-0000-0000-0000-000000000001
    query='' condition="tenant_id = '00000000-0000-0000-0000-000000000001'"
    if [[ $1 = from || $1 = all ]]; then query+="&from=$from" condition+=" and started_at >= '$from 00:00:00Z'"; fi
    if [[ $1 = to || $1 = all ]]; then query+="&to=$to" condition+=" and started_at <= '$to 00:00:00Z'"; fi
    if [[ $1 = user_id || $1 = all ]]; then query+="&user_id=$user" condition+=" and user_id = '$user'"; fi
}

# Writes what wrk sends: files page-1-FILTER and page-20000-FILTER of one request each.
growth_requests() {
    local filter query condition cursor name target
    for filter in none from to user_id all; do
        growth_target "$filter"
        # The last row of page 19,999.
        cursor=$(psql_in bench_growth -c "select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')
            from sessions where $condition order by started_at desc, id desc offset 999949 limit 1")
        for name in page-1 page-20000; do
            target="/api/v1/sessions?limit=50$query"
            [ "$name" = page-1 ] || target+="&cursor=$cursor"
            body footprint "${growth_tokens[1]}" "$target"
            [ "$(grep -o '{"id":' "$state/body.footprint" | wc -l)" = 50 ] || die "$target is no page of 50"
            (umask 077 && printf '%s %s\n' "${growth_tokens[1]}" "$target" >"$state/requests/$name-$filter")
        done
    done
}

# In turn, and in the order A B B A, so that neither is always the later one.
growth_pages() {
    local filter page clients=8 half=$((seconds > 1 ? seconds / 2 : 1))
    local -A sum
    for filter in none from to user_id all; do
        sum=(['page-1']=0 ['page-20000']=0)
        progress "round $round of $rounds: growth, page 1 and page 20,000, filter $filter"
        load footprint "page-1-$filter" "$clients" 1
        for page in page-1 page-20000 page-20000 page-1; do
            load footprint "$page-$filter" "$clients" "$half"
            sum[$page]=$(awk "BEGIN { print ${sum[$page]} + $rate / 2 }")
        done
        for page in page-1 page-20000; do record growth "$page-$filter" requests-a-second "${sum[$page]}"; done
    done
}

# growth_summary NAME FROM TO: as both tenants' callers find it, in turns, and the aggregate.
growth_summary() {
    local n turn took calls=$((turns > 1 ? 20 : 5)) names=('' 5M 5k)
    progress "round $round of $rounds: growth, summary of $1"
    rm -f "$state"/growth.times.*
    for ((turn = 0; turn < 10; turn++)); do
        for n in 1 2; do
            footprint_ask "${growth_tokens[n]}" "/api/v1/analytics/summary?from=$2&to=$3" "$calls" >>"$state/growth.times.$n"
        done
    done
    for n in 1 2; do record growth "summary-$1-${names[n]}" milliseconds "$(middle 2 <"$state/growth.times.$n")"; done
    rm -f "$state"/growth.times.*
    # The fastest of three.
    took=$(growth_aggregate "$2" "$3" | psql_in bench_growth |
        awk '/^Time:/ { if (!n++ || $2 < least) least = $2 } END { print least }')
    record growth "summary-$1-aggregate" milliseconds "$took"
}

# growth_aggregate FROM TO
growth_aggregate() {
    local n
    printf '\\timing on\n'
    for n in 1 2 3; do
        printf '%s\n' "select count(*), count(*) filter (where s.status = 'scored'), avg(c.overall_score),
                count(distinct s.user_id)
            from sessions s
                left join scorecards c on c.tenant_id = s.tenant_id and c.session_id = s.id and s.status = 'scored'
            where s.tenant_id = '00000000-0000-0000-0000-000000000001' and s.started_at between '$1' and '$2';"
    done
}

# A filter of pages each, and both summaries.
steps_growth() {
    echo 7
}

measure_growth() {
    local n
    footprint_serve bench_growth "$workers"
    if [ "$round" = 1 ]; then
        for n in 1 2; do
            growth_tokens[n]=$(admin bench_growth token create --name scripts/bench --expires-in 1d \
                --tenant "00000000-0000-0000-0000-00000000000$n" --scope sessions:read analytics:read 2>/dev/null)
        done
        growth_requests
    fi
    growth_pages
    # Both begin and end between hours, so that the rows of the edges are counted, too.
    growth_summary 30-days 2026-03-31T12:30:00Z 2026-04-30T12:30:00Z
    growth_summary all-time 2023-01-01T00:00:00Z 2026-12-31T00:00:00Z
    footprint_stop
}

growth_tokens=()
