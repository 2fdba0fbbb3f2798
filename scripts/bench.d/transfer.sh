# shellcheck shell=bash disable=SC2154 # scripts/bench sets what is not set here.
# What it costs, and how many bytes it saves, that a client asks with If-None-Match for a page that it has, or takes gzip: both
# beside the plain page. Sourced by scripts/bench.

transfer_ways=(page not-modified gzip)

# Writes what wrk sends: the same hundred pages each way.
transfer_requests() {
    local token target tag way
    for way in "${transfer_ways[@]}"; do (umask 077 && : >"$state/requests/transfer-$way"); done
    while read -r token target; do
        tag=$(curl -qsS --noproxy '*' --max-time 60 -o /dev/null -w '%header{etag}' -H @- "http://127.0.0.1:${port_of[debrief]}$target" \
            <<<"Authorization: Bearer $token")
        [ -n "$tag" ] || die "$target has no ETag"
        printf '%s %s\n' "$token" "$target" >>"$state/requests/transfer-page"
        printf '%s %s If-None-Match: %s\n' "$token" "$target" "$tag" >>"$state/requests/transfer-not-modified"
        printf '%s %s Accept-Encoding: gzip\n' "$token" "$target" >>"$state/requests/transfer-gzip"
    done < <(head -n 100 "$state/requests/page")
}

steps_transfer() {
    echo ${#transfer_ways[@]}
}

measure_transfer() {
    local way clients=8
    [ "$round" -gt 1 ] || transfer_requests
    for way in "${transfer_ways[@]}"; do
        progress "round $round of $rounds: transfer, $way"
        load debrief "transfer-$way" "$clients" 1
        load debrief "transfer-$way" "$clients" "$seconds"
        record transfer "$way" requests-a-second "$rate"
        record transfer "$way" bytes "$bytes"
    done
}
