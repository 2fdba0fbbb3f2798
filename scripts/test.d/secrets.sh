#!/usr/bin/env bash
# Looks for secrets in what a run of the tests has left: logs, arguments and environments of processes, responses, what
# commands printed, cores. Prints how many files and secrets there were; where one is found, the file and the kind,
# never the secret, and exits with 1.
#
# Usage: secrets.sh FOLDER
#
# FOLDER/secrets holds what is looked for, as Tests/Support writes it down: tokens, hashes and passwords, one a line, and
# in `allowed` the hashes that a test has had logged on purpose. Anything that looks like a token is one, noted or not.

set -euo pipefail
shopt -s inherit_errexit
# Secrets and files are bytes.
export LC_ALL=C

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    printf 'usage: %s FOLDER\n' "${0##*/}" >&2
    exit 64
fi
folder=$1
looks_like_token='debrief_[0-9A-Za-z]{46}'

# All but the databases themselves, the binary, and what a test has written for the program to read.
searched() {
    find "$folder" \( -path "$folder/secrets" -o -path '*/pg.*/data' \) -prune -o \
        -type f ! -name debrief ! -name settings ! -name '*.conf' ! -name '*.xml' -print0
}

# found KIND GREP-ARGUMENT…: names the files in which grep finds anything.
found() {
    local kind=$1 file
    shift
    while IFS= read -r file; do
        printf '%s: %s\n' "$kind" "$file"
        hits=$((hits + 1))
    done < <(searched | xargs -0 -r grep -las "$@" -- || true)
}

patterns=$(mktemp -d)
trap 'rm -rf "$patterns"' EXIT
hits=0 secrets=0
for kind in tokens hashes passwords; do
    [ -e "$folder/secrets/$kind" ] || continue
    sort -u "$folder/secrets/$kind" >"$patterns/$kind"
    if [ "$kind" = hashes ] && [ -e "$folder/secrets/allowed" ]; then
        sort -u "$folder/secrets/allowed" | comm -23 "$patterns/hashes" - >"$patterns/rest"
        mv "$patterns/rest" "$patterns/hashes"
    fi
    secrets=$((secrets + $(wc -l <"$patterns/$kind")))
    found "$kind" -F -f "$patterns/$kind"
done
found 'looks like a token' -E -e "$looks_like_token"

printf '%d files searched for %d secrets, %d hits\n' "$(searched | tr -dc '\0' | wc -c)" "$secrets" "$hits"
[ "$hits" -eq 0 ]
