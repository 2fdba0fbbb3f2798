# shellcheck shell=bash disable=SC2154 # scripts/bench sets what is not set here.
# What Debrief takes of the machine: time to the first answer, a worker's own memory, the binary's size. Sourced by
# scripts/bench. A master of its own each time, with 4 workers on a socket of its own; its nginx is a copy of the bench's.

footprint_milliseconds() {
    local now=${EPOCHREALTIME/./}
    printf '%d.%d' $(((now - $1) / 1000)) $(((now - $1) / 100 % 10))
}

# footprint_serve DATABASE: starts it and sets `took`, the milliseconds until nginx has passed on its first answer.
footprint_serve() {
    local folder=$state/run/footprint began url
    rm -rf "$folder"
    folder run/footprint debrief 755
    printf '%s\n' "DEBRIEF_DATABASE=$(conninfo debrief_api "$1")" "DEBRIEF_LISTEN=$folder/debrief.sock" \
        "DEBRIEF_CONTROL=$folder/control.sock" "DEBRIEF_LOG=$folder/debrief.log" 'DEBRIEF_WORKERS=4' \
        'DEBRIEF_LOG_LEVEL=notice' >"$state/etc/footprint.conf"
    [ -n "${port_of[footprint]-}" ] || footprint_nginx "$folder/debrief.sock"
    began=${EPOCHREALTIME/./}
    start footprint debrief "$state/bin/debrief" serve --config "$state/etc/footprint.conf"
    # A worker's answer, 401, and not nginx's 503: it accepts once its connection is there and prepared.
    url=http://127.0.0.1:${port_of[footprint]}/api/v1/users
    until [ "$(curl -qs --noproxy '*' -o /dev/null -w '%{http_code}' "$url")" = 401 ]; do
        ((${EPOCHREALTIME/./} - began < 10000000)) || die "a master of its own does not answer: see $state/footprint.log"
        sleep 0.002
    done
    took=$(footprint_milliseconds "$began")
}

# A server of the bench's nginx for this socket.
footprint_nginx() {
    local servers=''
    render_server footprint "$1"
    sed -i "s/include debrief-operator.conf;/&$servers/" "$state/etc/nginx/nginx.conf"
    healthy nginx && kill -s HUP "$pid"
    await nginx 10 accepts footprint
}

footprint_stop() {
    stop footprint TERM 5
}

# footprint_ask TOKEN TARGET TIMES: sets `took`, the median milliseconds of an answer, and `first`, those to its first byte.
footprint_ask() {
    local i out=$state/footprint.times
    for ((i = 0; i < $3; i++)); do
        printf 'url = "http://127.0.0.1:%s%s"\noutput = "/dev/null"\n' "${port_of[footprint]}" "$2"
    done >"$state/footprint.urls"
    curl -qsSf --noproxy '*' -H @<(printf 'Authorization: Bearer %s\n' "$1") -w '%{time_starttransfer} %{time_total}\n' \
        -K "$state/footprint.urls" >"$out"
    first=$(sort -n "$out" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] * 1000 }')
    took=$(sort -n -k 2 "$out" | awk '{ t[NR] = $2 } END { print t[int((NR + 1) / 2)] * 1000 }')
    rm -f "$out" "$state/footprint.urls"
}

# The kilobytes that the largest of its workers has of its own.
footprint_memory() {
    local worker
    healthy footprint
    become debrief
    for worker in $(pgrep -P "$pid" -x debrief-worker); do
        "${become[@]}" cat "/proc/$worker/smaps_rollup" | awk '/^Private_(Clean|Dirty)/ { sum += $2 } END { print sum }'
    done | sort -n | tail -n 1
}

measure_footprint() {
    local try token target before line
    for try in 1 2 3 4 5; do
        progress "round $round: footprint, start $try of 5"
        footprint_serve debrief
        record footprint start milliseconds "$took"
        footprint_stop
    done

    footprint_serve debrief
    progress "round $round: footprint, 10,000 requests"
    # Each line is a token and a target: 2,500 requests of each kind.
    for line in page session scorecard users-50; do
        read -r token target <"$state/requests/$line"
        footprint_ask "$token" "$target" 2500
    done
    before=$(footprint_memory)
    record footprint worker kilobytes "$before"

    progress "round $round: footprint, users of 100,000"
    read -r token target <"$state/requests/users-100k"
    footprint_ask "$token" "$target" 5
    record footprint users-100k first-byte-milliseconds "$first"
    record footprint users-100k milliseconds "$took"
    record footprint users-100k grown-kilobytes "$(($(footprint_memory) - before))"
    footprint_stop
    record footprint binary bytes "$(stat -c %s "$state/bin/debrief")"
}
