# shellcheck shell=bash disable=SC2034,SC2154 # What is not set here scripts/bench sets, and the reverse.
# What the kept sums cost whoever writes: the platform's inserts with the triggers on and off, in turn. Sourced by
# scripts/bench. All rows are a tenant's of its own, which is removed again.

writes_tenant=ffffffff-ffff-ffff-ffff-fffffffffff1

# switch_triggers enable|disable: those that keep the sums, not the foreign keys.
switch_triggers() {
    bench_psql -c "alter table sessions $1 trigger user" -c "alter table scorecards $1 trigger user"
}

make_writes_tenant() {
    bench_psql <<SQL
insert into tenants (id, name) values ('$writes_tenant', 'Writes');
insert into users (tenant_id, id, full_name, email, role)
select '$writes_tenant', lpad(u::text, 32, '0')::uuid, 'User ' || u, 'nobody@example.org', 'rep' from generate_series(1, 200) u;
insert into scenarios (tenant_id, id, name, call_type, status)
values ('$writes_tenant', lpad('1', 32, '0')::uuid, 'Scenario', 'cold_call', 'active');
SQL
}

remove_writes_rows() {
    bench_psql -c "delete from sessions where tenant_id = '$writes_tenant'" -c 'vacuum sessions, scorecards'
}

# Who interrupts a run before this leaves the triggers as they are: load the data anew then (--fresh).
remove_writes_tenant() {
    switch_triggers enable
    remove_writes_rows
    bench_psql -c "delete from users where tenant_id = '$writes_tenant'" \
        -c "delete from scenarios where tenant_id = '$writes_tenant'"
    # Sums of hours without sessions stay, so the tenant's are made anew from nothing.
    local table
    for table in session_deltas session_hours session_days; do
        bench_psql -c "delete from $table where tenant_id = '$writes_tenant'"
    done
    bench_psql -c "delete from tenants where id = '$writes_tenant'"
}

# Milliseconds to insert 100,000 sessions and their scorecards, in one transaction.
bulk_insert() {
    bench_psql <<SQL | awk '/^Time:/ { sum += $2 } END { print sum }'
\timing on
begin;
insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
select '$writes_tenant', md5('bulk' || s)::uuid, lpad((1 + s % 200)::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'scored',
    timestamptz '2026-04-01 00:00:00Z' + s * interval '20 seconds'
from generate_series(1, 100000) s;
insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
select '$writes_tenant', md5('bulk' || s)::uuid, s % 101, 'verdict', 'headline', '[]', '[]' from generate_series(1, 100000) s;
commit;
SQL
}

# single_rows session|scored: transactions a second of 8 clients, each of which inserts a row, or one and its scorecard.
single_rows() {
    local script=$state/writes.pgbench
    {
        printf 'begin;\n'
        printf '\\set user random(1, 200)\n\\set second random(0, 2592000)\n'
        printf "insert into sessions (tenant_id, user_id, scenario_id, status, started_at)
values ('%s', lpad((:user)::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'scored',
    timestamptz '2026-04-01 00:00:00Z' + :second * interval '1 second')" "$writes_tenant"
        if [ "$1" = scored ]; then
            # pgbench puts a variable in whatever stands around it.
            printf " returning id as session \\\\gset
insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
values ('%s', ':session', 50, 'verdict', 'headline', '[]', '[]');\n" "$writes_tenant"
        else
            printf ';\n'
        fi
        printf 'commit;\n'
    } >"$script"
    pgbench -n -c 8 -j 2 -T "$seconds" -f "$script" "$(conninfo postgres)" 2>"$state/pgbench.err" |
        awk '/^tps/ { print $3 }' || die "pgbench: $(<"$state/pgbench.err")"
    rm -f "$script" "$state/pgbench.err"
}

measure_writes() {
    local sums kind words
    make_writes_tenant
    # Which goes first changes from round to round.
    words=(off on)
    ((round % 2)) || words=(on off)
    for sums in "${words[@]}"; do
        if [ "$sums" = on ]; then switch_triggers enable; else switch_triggers disable; fi
        progress "round $round: writes, 100,000 sessions with scorecards, sums $sums"
        record writes "bulk-$sums" milliseconds "$(bulk_insert)"
        remove_writes_rows
        for kind in session scored; do
            progress "round $round: writes, one $kind at a time by 8 clients, sums $sums"
            clients=8
            record writes "$kind-$sums" rate "$(single_rows "$kind")"
            clients=0
            remove_writes_rows
        done
    done
    remove_writes_tenant
}
