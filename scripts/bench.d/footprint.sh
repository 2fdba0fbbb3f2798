# shellcheck shell=bash disable=SC2154 # scripts/bench sets what is not set here.
# What Debrief takes of the machine: time to the first answer, a worker's own memory, the binary's size. Its master is another
# each time, with settings of its own, behind the bench's nginx; growth asks one, too. Sourced by scripts/bench.

# footprint_serve DATABASE WORKERS: starts it.
footprint_serve() {
    local deadline
    folder run/footprint debrief 755
    printf '%s\n' "DEBRIEF_DATABASE=$(conninfo debrief_api "$1")" "DEBRIEF_LISTEN=$state/run/footprint.sock" \
        "DEBRIEF_CONTROL=$state/run/footprint/control.sock" "DEBRIEF_LOG=$state/run/footprint.log" "DEBRIEF_WORKERS=$2" \
        >"$state/etc/footprint.conf"
    ! is_root || chgrp debrief "$state/etc/footprint.conf"
    chmod 640 "$state/etc/footprint.conf"
    start footprint debrief "$state/bin/debrief" serve --config "$state/etc/footprint.conf"
    # Not by await, which looks too rarely to time it.
    deadline=$((SECONDS + 10))
    until footprint_answers; do
        kill -0 "$pid" 2>/dev/null || die "footprint has ended$(log_end footprint)"
        ((SECONDS < deadline)) || die "footprint does not answer$(log_end footprint)"
        sleep 0.003
    done
}

# By 200 where `footprint_header` has a token, else by 401, which is a worker's answer, too.
footprint_answers() {
    local expected=401
    [ -z "$footprint_header" ] || expected=200
    [ "$(curl -qs --noproxy '*' -o "$state/body.footprint" -w '%{http_code}' -H @- \
        "http://127.0.0.1:${port_of[footprint]}/api/v1/sessions?limit=1" <<<"$footprint_header")" = "$expected" ]
}

footprint_stop() {
    stop footprint TERM 5
}

# footprint_ask TOKEN TARGET TIMES: prints for each answer the milliseconds to its first byte and to its last. One connection, and
# one call after the other.
footprint_ask() {
    local i url="http://127.0.0.1:${port_of[footprint]}$2"
    for ((i = 0; i < $3; i++)); do printf 'url = "%s"\noutput = "/dev/null"\n' "$url"; done >"$state/footprint.urls"
    curl -qsSf --fail-early --noproxy '*' -H @- -w '%{time_starttransfer} %{time_total}\n' -K "$state/footprint.urls" \
        <<<"Authorization: Bearer $1" | awk '{ printf "%.3f %.3f\n", $1 * 1000, $2 * 1000 }'
    rm -f "$state/footprint.urls"
}

# The kilobytes that its one worker has of its own. Only root, as far as he may trace any process, sees which they are; for anybody else
# it is all that is no file's, also where the master has it, too.
footprint_memory() {
    local worker
    healthy footprint || die "its master is gone$(log_end footprint)"
    worker=$(pgrep -P "$pid" -x debrief-worker)
    { cat "/proc/$worker/smaps_rollup" 2>/dev/null || cat "/proc/$worker/status"; } |
        awk '/^(Private_|RssAnon:)/ { sum += $2 } END { print sum }'
}

# How often it is started.
footprint_tries() {
    echo $((turns > 1 ? 7 : 3))
}

footprint_start() {
    local try began tries token
    tries=$(footprint_tries)
    read -r token _ <"$state/requests/page"
    footprint_header="Authorization: Bearer $token"
    for ((try = 1; try <= tries; try++)); do
        progress "round $round of $rounds: footprint, start $try of $tries"
        began=${EPOCHREALTIME/./}
        footprint_serve debrief "$workers"
        printf '%d\n' "$(((${EPOCHREALTIME/./} - began) / 1000))"
        footprint_stop
    done >"$state/footprint.times"
    footprint_header=
    record footprint start milliseconds "$(middle 1 <"$state/footprint.times")"
}

footprint_worker() {
    local scenario token target before after
    footprint_serve debrief 1
    progress "round $round of $rounds: footprint, 10,000 requests"
    for scenario in page session scorecard users-50; do
        read -r token target <"$state/requests/$scenario"
        footprint_ask "$token" "$target" 2500 >/dev/null
    done
    before=$(footprint_memory)
    progress "round $round of $rounds: footprint, users of 100,000"
    read -r token target <"$state/requests/users-100k"
    footprint_ask "$token" "$target" 9 >"$state/footprint.times"
    after=$(footprint_memory)
    footprint_stop
    record footprint worker kilobytes "$before"
    record footprint users-100k grown-kilobytes "$((after - before))"
    record footprint users-100k first-byte-milliseconds "$(middle 1 <"$state/footprint.times")"
    record footprint users-100k last-byte-milliseconds "$(middle 2 <"$state/footprint.times")"
}

steps_footprint() {
    echo $(($(footprint_tries) + 2))
}

measure_footprint() {
    footprint_start
    footprint_worker
    rm -f "$state/footprint.times"
    record footprint binary bytes "$(stat -c %s "$state/bin/debrief")"
}

footprint_header=
