# shellcheck shell=bash disable=SC2034,SC2154 # scripts/bench sets what is not set here.
# What the kept sums cost whoever writes: the platform's inserts with the triggers of sessions and scorecards on and off. Each time
# into a new copy of the database that writes.sql makes, so that all begin with the same files and an interrupted run leaves
# nothing. PostgreSQL does not wait for a disk there, so the triggers' share is at its greatest. Sourced by scripts/bench.

writes_tenant=00000000-0000-0000-0000-000000000001

prepare_writes() {
    keep_database bench_writes_base "$parts/writes.sql"
}

# writes_database on|off
writes_database() {
    drop_database bench_writes
    psql_in postgres -c 'create database bench_writes template bench_writes_base strategy file_copy'
    prewarm bench_writes
    if [ "$1" = off ]; then
        # Those that keep the sums, not those of the foreign keys.
        psql_in bench_writes -c 'alter table sessions disable trigger user' -c 'alter table scorecards disable trigger user'
    fi
}

# Milliseconds to insert 100,000 sessions and their scorecards, in one transaction.
writes_bulk() {
    psql_in bench_writes <<SQL | awk '/^Time:/ { sum += $2 } END { print sum }'
\timing on
begin;
insert into sessions (tenant_id, id, user_id, scenario_id, status, started_at)
select '$writes_tenant', md5('bulk' || s)::uuid, lpad((1 + s % 200)::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'scored',
    timestamptz '2026-04-01 00:00:00Z' + s * interval '20 seconds'
from generate_series(1, 100000) s;
insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
select '$writes_tenant', md5('bulk' || s)::uuid, s % 101, 'good', 'Headline', '[]', '[]' from generate_series(1, 100000) s;
commit;
SQL
}

# writes_script session|scored: for pgbench, a transaction that inserts a session, or one and its scorecard.
writes_script() {
    cat <<SQL
\\set user random(1, 200)
\\set second random(0, 2592000)
begin;
insert into sessions (tenant_id, user_id, scenario_id, status, started_at)
values ('$writes_tenant', lpad((:user)::text, 32, '0')::uuid, lpad('1', 32, '0')::uuid, 'scored',
    timestamptz '2026-04-01' + :second * interval '1 second')
SQL
    if [ "$1" = scored ]; then
        cat <<SQL
returning id as session \\gset
insert into scorecards (tenant_id, session_id, overall_score, verdict, headline, categories, callouts)
values ('$writes_tenant', ':session', 50, 'good', 'Headline', '[]', '[]');
SQL
    else
        printf ';\n'
    fi
    printf 'commit;\n'
}

# writes_single session|scored: milliseconds of such a transaction, with 8 clients at it.
writes_single() {
    writes_script "$1" >"$state/writes.pgbench"
    pgbench -n -c 8 -j 2 -T "$seconds" -f "$state/writes.pgbench" "$(conninfo postgres bench_writes)" >"$state/writes.out" 2>&1 ||
        die "pgbench: $(<"$state/writes.out")"
    awk '/^latency average/ { print $4 }' "$state/writes.out"
    rm -f "$state"/writes.{pgbench,out}
}

steps_writes() {
    echo $((turns * 6))
}

# In turns, and which is first changes, since short runs differ by a sixth by themselves.
measure_writes() {
    local turn sums kind took words
    rm -f "$state"/writes.times.*
    for ((turn = 1; turn <= turns; turn++)); do
        words=(off on)
        ((turn % 2)) || words=(on off)
        for kind in bulk session scored; do
            for sums in "${words[@]}"; do
                progress "round $round of $rounds: writes, turn $turn of $turns, $kind, sums $sums"
                writes_database "$sums"
                case $kind in
                bulk) took=$(writes_bulk) ;;
                *) took=$(writes_single "$kind") ;;
                esac
                printf '%s\n' "$took" >>"$state/writes.times.$kind-$sums"
            done
        done
    done
    for kind in bulk session scored; do
        [ "$kind" = bulk ] || clients=8
        for sums in off on; do record writes "$kind-$sums" milliseconds "$(middle 1 <"$state/writes.times.$kind-$sums")"; done
    done
    rm -f "$state"/writes.times.*
    drop_database bench_writes
}
