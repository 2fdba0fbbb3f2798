#!/usr/bin/env bash
# Prints all sessions, newest first, each as a line of JSON.
set -euo pipefail
: "${DEBRIEF_URL:?}" "${DEBRIEF_TOKEN:?}"

cursor=
while :; do
    # The token comes from a file that is none: whoever lists processes sees their arguments.
    # 429 and 503 are tried again after Retry-After; the last answer counts.
    page=$(curl -sS --compressed --retry 5 -H @<(echo "Authorization: Bearer $DEBRIEF_TOKEN") \
        -G "$DEBRIEF_URL/api/v1/sessions" -d limit=100 ${cursor:+--data-urlencode "cursor=$cursor"} | jq -cs last)

    if [ "$(jq .ok <<<"$page")" != true ]; then
        jq -r '"\(.error.message) (request \(.request_id))"' <<<"$page" >&2
        exit 1
    fi
    jq -c '.data[]' <<<"$page"
    cursor=$(jq -r '.next_cursor // empty' <<<"$page")
    [ -n "$cursor" ] || break
done
