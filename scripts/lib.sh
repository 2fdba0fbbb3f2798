# shellcheck shell=bash disable=SC2034 # What is set here is used by the scripts.
# What the scripts share, sourced by each: what a machine must have, what is made of the clone, the state folder, and
# the services in it.

set -euo pipefail
shopt -s inherit_errexit
umask 022

# A decimal point in times, whatever the caller's language.
export LC_ALL=C.UTF-8

# The caller's libpq variables are for servers of his own.
unset "${!PG@}"

# initdb and postgres are on nobody's PATH, nginx not on a plain user's.
PATH=/usr/lib/postgresql/15/bin:$PATH:/usr/sbin:/sbin

clone=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")

# As given: where root runs things, it is a link. `state` is the folder itself, once there is one.
state_link=$(realpath -ms -- "${DEBRIEF_STATE:-$clone/.state}")
state=
port=${DEBRIEF_PORT:-8080}
admin_port=${DEBRIEF_ADMIN_PORT:-8081}

# nginx's rate limits, in requests a second: for a token, and for an address; 0 is none.
rate=0
rate_address=0

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# What is wrong, how it would be right, and where there is more.
usage() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    sed -n 's/^# \(Usage: .*\)/\1/p' "$0" >&2
    printf '  See scripts/%s --help for more information.\n' "${0##*/}" >&2
    exit 64
}

# The comment at the head of the script that runs.
help() {
    sed -n '2,/^$/s/^#\( \|$\)//p' "$0"
}

no_arguments() {
    local options guess
    [ "${1-}" != --help ] || { help && exit; }
    [ $# -gt 0 ] || return 0
    mapfile -t options < <(help | grep -oE -- '--[a-z-]+' | sort -u)
    guess=$(nearest "$1" "${options[@]}")
    usage "unknown argument $1${guess:+; did you mean $guess?}"
}

# nearest WORD KNOWN…: the known word that somebody meant who typed another, as the binary guesses it: one from which no
# more than a third of the letters differ, or none.
nearest() {
    printf '%s\n' "$@" | awk '
        function least(a, b) { return a < b ? a : b }
        function distance(a, b,    i, j, before, above, line) {
            for (j = 0; j <= length(b); j++) line[j] = j
            for (i = 1; i <= length(a); i++) {
                for (j = 0; j <= length(b); j++) { before[j] = above[j]; above[j] = line[j] }
                line[0] = i
                for (j = 1; j <= length(b); j++) {
                    line[j] = least(least(above[j], line[j - 1]) + 1, above[j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
                    # Two that changed places.
                    if (i > 1 && j > 1 && substr(a, i, 1) == substr(b, j - 1, 1) && substr(a, i - 1, 1) == substr(b, j, 1))
                        line[j] = least(line[j], before[j - 2] + 1)
                }
            }
            return line[length(b)]
        }
        NR == 1 { word = $0; allowed = int(length(word) / 3); most = allowed > 1 ? allowed : 1; next }
        { found = distance(word, $0) }
        found <= most { most = found - 1; guess = $0 }
        END { print guess }'
}

is_root() {
    [ "$EUID" -eq 0 ]
}

# Runs a step and prints its name, the time it took and what it says in `note`; its output only where it fails. Called
# plainly, never in a condition, where a failure inside would go unnoticed.
step() {
    local began=${EPOCHREALTIME/./} tenths
    note=
    step_name=$1
    printf '%-20s' "$1"
    shift
    step_output=$(mktemp)
    "$@" >"$step_output" 2>&1
    rm -f "$step_output"
    step_output=
    tenths=$(((${EPOCHREALTIME/./} - began) / 100000))
    printf '%3d.%d s%s\n' $((tenths / 10)) $((tenths % 10)) "${note:+   $note}"
}

# The step that failed may still have its output redirected; these two are the script's own.
exec 3>&1 4>&2
step_output=
show_failed_step() {
    [ -n "$step_output" ] || return 0
    printf 'failed\n' >&3
    cat "$step_output" >&4
    printf '%s: the step "%s" failed, as said above; mend that and run this again, what was done before is kept\n' "${0##*/}" \
        "$step_name" >&4
    ! grep -q 'No space left on device' "$step_output" || printf '%s: a disk is full: df -h tells which\n' "${0##*/}" >&4
    rm -f "$step_output"
}
trap show_failed_step EXIT

# ---- What a machine must have

packages=(nginx postgresql-15 libfcgi-dev libpq-dev libssl-dev openssl pkg-config curl)

missing_packages() {
    local installed package
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
    missing=()
    for package in "${packages[@]}"; do
        grep -qx "installed $package" <<<"$installed" || missing+=("$package")
    done
}

# What would fail later, in one line and before anything is changed.
check_machine() {
    local owner
    owner=$(stat -c %U "$clone")
    if is_root && [ -n "${SUDO_USER-}" ] && [ "$owner" = "$SUDO_USER" ]; then
        die "this clone is $owner's: run this without sudo, it asks for it where it needs it"
    fi
    [ -w "$clone" ] || die "this clone is $owner's and $(id -un) cannot write to it: make a clone of your own"
    command -v swift >/dev/null || die "there is no swift on the PATH: install Swift 6.3 first (swift.org/install)"
    command -v apt-get >/dev/null || die "this needs Debian 12, and there is no apt-get: use a machine, or a container, of Debian 12"

    missing_packages
    if is_root || [ ${#missing[@]} -eq 0 ]; then return; fi
    # Asks for the password now, where a question can be seen.
    if ! command -v sudo >/dev/null || ! sudo -v; then
        die "neither root nor sudo: let root run apt-get install --no-install-recommends ${missing[*]}"
    fi
}

# Runs as root, perhaps through sudo, with the names of the packages.
apt_install() {
    set -eu
    export DEBIAN_FRONTEND=noninteractive
    cluster=/etc/postgresql-common/createcluster.d/debrief.conf
    policy=/usr/sbin/policy-rc.d
    our_policy=
    ours=()
    for service in nginx php8.2-fpm prometheus; do
        [ -e "/lib/systemd/system/$service.service" ] || ours+=("$service")
    done

    # One at a time on a machine: apt-get update does not wait for another one, and the two files below are shared.
    exec 8</var/lib/dpkg
    flock 8

    # Debian makes a database cluster and starts its services on install. Ours are private, so neither; and both files
    # go again, since what is installed later is none of our business.
    trap 'rm -f "$cluster" ${our_policy:+"$policy"}' EXIT
    mkdir -p "${cluster%/*}"
    echo 'create_main_cluster = false' >"$cluster"
    if [ ! -e "$policy" ]; then
        our_policy=1
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi

    apt-get update -q
    apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends "$@"

    # What came for us alone must not start with the machine, an nginx on port 80 above all.
    for service in "${ours[@]}"; do
        if [ -d /run/systemd/system ] && [ -e "/lib/systemd/system/$service.service" ]; then
            systemctl disable --quiet "$service"
        fi
    done
}

install_packages() {
    missing_packages
    if [ ${#missing[@]} -eq 0 ]; then
        note='all there'
        return
    fi
    local admin=()
    is_root || admin=(sudo)
    "${admin[@]}" bash -c "$(declare -f apt_install); apt_install \"\$@\"" apt_install "${missing[@]}"
    note="installed ${missing[*]}"
}

# Where root starts them, PostgreSQL, the workers and nginx have an account each: postgres, debrief and www-data. Debian
# brings the other two.
make_accounts() {
    is_root || return 0
    id debrief >/dev/null 2>&1 ||
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin debrief ||
        id debrief >/dev/null # Somebody was faster.
}

# ---- What is made of the clone

# build_release FILE: FILE is the binary, which needs no Swift to run; it stays as it is where nothing changed. Copied,
# because the accounts cannot enter a clone below somebody's home; renamed into place, because an older one may be
# running. Builds wait for each other, so that none copies what another is writing.
build_release() {
    mkdir -p "$clone/.build"
    (
        flock 8
        cd "$clone"
        swift build -c release --static-swift-stdlib -Xlinker -s --product debrief
        cmp -s .build/release/debrief "$1" || { install -m 755 .build/release/debrief "$1.new" && mv -f "$1.new" "$1"; }
    ) 8<"$clone/.build"
}

# write_docs FOLDER: what nginx serves of the API's documents, anew where the binary is. Where nothing else is new, they
# stay as they are, since readers' copies go by their age.
write_docs() {
    mkdir -p "$1"
    if [ "$1/index.html" -nt "$state/bin/debrief" ] && [ "$1/openapi.json" -nt "$state/bin/debrief" ]; then
        note='as they were'
    else
        "$state/bin/debrief" docs "$1"
    fi
}

# render_nginx FOLDER LISTEN SOCKET OPERATOR_LISTEN OPERATOR_SOCKET DOCS [CERTIFICATES PLAIN_LISTEN]: the configuration
# with its placeholders filled in. With CERTIFICATES, a folder, the site over TLS as a web host has it, but that it
# answers to every name, and so to 127.0.0.1, too; else the plain one.
render_nginx() {
    local file edits
    edits="s|@LISTEN@|$2|; s|@SOCKET@|$3|; s|@OPERATOR_LISTEN@|$4|; s|@OPERATOR_SOCKET@|$5|; s|@DOCS@|$6|"
    edits+="; $(edit_rate token "$rate" 1); $(edit_rate stranger "$rate_address" 1); $(edit_rate address "$rate_address" 10)"
    if [ -n "${7-}" ]; then
        edits+="; s|include debrief-plain.conf|include debrief-tls.conf|; s|/etc/letsencrypt/live/@NAME@|$7|; s|@NAME@|localhost|
            /listen \[::\]/d; /include debrief-logs.conf/d; s| default_server;|;|; s|listen 443 |listen $2 |; s|listen 80;|listen $8;|"
    fi
    for file in "$clone"/nginx/*.conf; do
        sed "$edits" "$file" | put "$1/${file##*/}"
    done
}

# edit_rate ZONE RATE FACTOR: what makes of a rate limit another, of FACTOR times RATE requests a second and twice as many
# at once; 0 is none.
edit_rate() {
    if [ "$2" = 0 ]; then
        printf '/limit_req zone=debrief_%s /d' "$1"
        [ "$1" != address ] || printf '; /limit_conn debrief_connections /d'
    else
        printf '/zone=debrief_%s[: ]/{ s|rate=[0-9]*|rate=%d|; s|burst=[0-9]*|burst=%d|; }' "$1" $(($2 * $3)) $(($2 * $3 * 2))
    fi
}

# make_certificate FOLDER ACCOUNT: for localhost and 127.0.0.1, signed by itself, with a key that the account alone can
# read; a new one where there is none, or not for another 30 days. Both names are certbot's.
make_certificate() {
    local folder=$1 certificate=$1/fullchain.pem
    if [ ! -s "$folder/privkey.pem" ] || ! openssl x509 -in "$certificate" -noout -checkend $((30 * 86400)) >/dev/null 2>&1; then
        mkdir -p "$folder"
        (
            umask 077
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 90 -subj /CN=localhost \
                -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext extendedKeyUsage=serverAuth \
                -keyout "$folder/privkey.pem.new" -out "$certificate.new"
        )
        chmod 644 "$certificate.new"
        ! is_root || chown "$2" "$folder/privkey.pem.new"
        # One without the other is never left.
        rm -f "$certificate"
        mv -f "$folder/privkey.pem.new" "$folder/privkey.pem"
        mv -f "$certificate.new" "$certificate"
        note='made a certificate'
    fi
}

# Makes FILE hold what comes in, but leaves it alone where it does already: its age tells since when it has been so.
put() {
    cat >"$1.new"
    if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv -f "$1.new" "$1"; fi
}

# ---- The state folder

# Finds what up made; fails where there is nothing. Its file .debrief-state, made by up, says so and for which clone:
# nothing without it is ever deleted.
marker='This folder was made by scripts/up of Debrief, for the clone in'
find_state() {
    local mark=$state_link/.debrief-state made_for
    [ -f "$mark" ] && grep -qxF "$marker" "$mark" || return
    [ -O "$mark" ] ||
        die "$state_link is $(stat -c %U "$mark")'s, not $(id -un)'s: run this as $(stat -c %U "$mark"), or set DEBRIEF_STATE to another folder"
    made_for=$(tail -n 1 "$mark")
    # A moved clone keeps its state; a copied one must not share it.
    [ "$made_for" = "$clone" ] || [ ! -d "$made_for" ] ||
        die "$state_link belongs to the clone in $made_for: remove it here, or set DEBRIEF_STATE"
    state=$(realpath "$state_link")
}

# Whether up has come as far as to the settings.
is_set_up() {
    find_state && [ -e "$state/bin/debrief" ] && [ -e "$state/etc/debrief.conf" ]
}

need_state() {
    is_set_up || die "nothing is in $state_link yet: run scripts/up first, with the same DEBRIEF_STATE"
}

need_workers() {
    need_state
    answers || die 'no workers are running here: scripts/up starts them'
}

# One up or down at a time; the file says which.
lock_state() {
    local lock=$state_link.lock
    mkdir -p "${lock%/*}" 2>/dev/null || true
    [ -e "$lock" ] || [ -w "${lock%/*}" ] || die "${lock%/*} cannot be written to: set DEBRIEF_STATE to a folder elsewhere"
    [ ! -e "$lock" ] || [ -w "$lock" ] ||
        die "$lock is $(stat -c %U "$lock")'s, not $(id -un)'s: run this as $(stat -c %U "$lock"), or set DEBRIEF_STATE to another folder"
    exec 9>>"$lock"
    if ! flock -n 9; then
        printf 'Waiting for %s, which is at work here.\n' "$(<"$lock")" >&2
        flock -w 1800 9 || die "$(<"$lock") is still at work here after half an hour: wait for its end, or end it, and run this again"
    fi
    # Who held it may have deleted it.
    [ "$lock" -ef /proc/self/fd/9 ] || { lock_state && return; }
    printf 'scripts/%s (pid %d)\n' "${0##*/}" $$ 2>/dev/null >"$lock" ||
        die "cannot write to $lock: make room on its disk (df -h tells how full it is), or set DEBRIEF_STATE to a folder elsewhere"
}

check_state() {
    [ -z "$state" ] || return 0
    [ ! -e "$state_link" ] || [ -d "$state_link" ] || die "$state_link is no folder: set DEBRIEF_STATE to another path"
    if [ -d "$state_link" ] && [ -n "$(ls -A "$state_link")" ]; then
        die "$state_link is not empty and was not made by scripts/up: set DEBRIEF_STATE to another"
    fi
    is_root && return
    # Goes as it is into a connection string and into nginx's configuration, and must leave room for the name of a
    # socket, whose path the kernel limits to 107 bytes.
    [[ $state_link =~ ^[A-Za-z0-9._/+@-]{1,85}$ ]] ||
        die "set DEBRIEF_STATE to a path of at most 85 letters, digits and ._/+@-, not $state_link"
}

# folder NAME ACCOUNT MODE
folder() {
    local owner=()
    ! is_root || owner=(-o "$2" -g "$2")
    install -d -m "$3" "${owner[@]}" "$state/$1"
}

# Root's is a link, because the accounts could not reach a clone below root's home. Others may pass through the target,
# not look around.
make_state() {
    make_accounts
    if is_root && [ -z "$state" ]; then
        install -d -m 711 /var/lib/debrief
        state=$(mktemp -d /var/lib/debrief/XXXXXXXX)
        chmod 711 "$state"
        [ ! -d "$state_link" ] || [ -L "$state_link" ] || rmdir "$state_link"
        ln -sfn "$state" "$state_link"
    elif [ -z "$state" ]; then
        mkdir -p "$state_link"
        chmod 700 "$state_link"
        state=$(realpath "$state_link")
    fi
    printf '%s\n' "$marker" "$clone" >"$state/.debrief-state"
    make_folders
    note=$state
}

make_folders() {
    mkdir -p "$state/bin" "$state/etc/nginx"
    folder pgsock postgres 755
    folder run debrief 755
    folder nginx www-data 750
}

# conninfo ROLE [DATABASE]: how libpq reaches the private cluster.
conninfo() {
    printf 'host=%s port=5432 dbname=%s user=%s' "$state/pgsock" "${2:-debrief}" "$1"
}

# The workers' settings that come from the environment of whoever starts them.
worker_settings=(
    WORKERS BACKLOG STATEMENT_TIMEOUT REQUEST_TIMEOUT START_TIMEOUT DRAIN_TIMEOUT MAX_REQUESTS SLOW LOG_LEVEL
)

write_settings() {
    local name
    printf '%s\n' "DEBRIEF_DATABASE=$(conninfo debrief_api)" "DEBRIEF_LISTEN=$state/run/debrief.sock" \
        "DEBRIEF_LOG=$state/run/debrief.log"
    for name in "${worker_settings[@]/#/DEBRIEF_}"; do
        [ -z "${!name-}" ] || printf '%s=%s\n' "$name" "${!name}"
    done
}

# Asks the binary before it replaces the settings of workers that run. It exits with 64 for settings that make no sense;
# that there is no database yet does not matter.
make_settings() {
    local new=$state/etc/debrief.conf.try status=0 set=("${!DEBRIEF_@}")
    write_settings >"$new"
    env "${set[@]/#/--unset=}" "$state/bin/debrief" check --config "$new" || status=$?
    if [ "$status" = 64 ]; then
        rm "$new"
        exit 64
    fi
    put "$state/etc/debrief.conf" <"$new"
    rm "$new"
    ! is_root || chgrp debrief "$state/etc/debrief.conf"
    chmod 640 "$state/etc/debrief.conf"
}

# Becomes the CLI, as the caller, who may be any role of the cluster, and with the workers' settings.
cli() {
    local settings
    # Who edits the file may have written comments into it; the binary judges the rest.
    mapfile -t settings < <(grep -E '^DEBRIEF_[A-Z_]+=' "$state/etc/debrief.conf")
    # Not by env(1), whose arguments everybody can read: there may be a password among them.
    export "${settings[@]}" "DEBRIEF_ADMIN_DATABASE=$(conninfo postgres)"
    exec "$state/bin/debrief" "$@"
}

migrate() {
    rm -rf "$state/migrations"
    cp -R "$clone/migrations" "$state/migrations"
    (cli migrate up)
}

# Whether a master answers, and be it that not all is well.
answers() {
    local status=0
    (cli status) >/dev/null 2>&1 || status=$?
    ((status < 3))
}

# tell_workers COMMAND: has the master do it, and notes its word and that it has seen binary and settings as they are.
tell_workers() {
    note=$(cli "$1") && touch "$state/debrief.lock"
}

# ---- Services
#
# A service holds the lock $state/NAME.lock: its first process takes it and leaves its pid in the file, all others
# inherit it; but workers let go of it, since they end with their master. So it is free the moment the last one is gone,
# however it went, and while it is held, the pid is no stranger's. After an upgrade the first process of the workers is gone; then $state/run/debrief.pid names the master.

# become ACCOUNT: sets `become` to what runs a command with a clean environment and, where root calls, as that account.
become() {
    # A background job of a shell ignores INT and QUIT, and would hand that down.
    become=(env -i --default-signal "PATH=$PATH" "LC_ALL=$LC_ALL" HOME=/nonexistent)
    is_root || return 0
    local groups=--clear-groups
    # The workers' socket is open to their group alone.
    [ "$1" != www-data ] || groups=--groups=debrief
    become+=(setpriv "--reuid=$1" "--regid=$1" "$groups" --no-new-privs --)
}

# start NAME ACCOUNT COMMAND…: in a session of its own, and with nothing of the script's open, neither its output, which
# a pipe may wait for, nor its lock. Sets `pid`.
start() {
    local lock=$state/$1.lock log=$state/$1.log
    become "$2"
    shift 2
    # Nobody else may read a log, or hold the lock of a service.
    (umask 077 && touch "$lock" "$log")
    # It waits a little for the lock: somebody may just be looking whether it is held.
    # shellcheck disable=SC2016 # $$ and the rest are the inner shell's.
    setsid flock --no-fork --wait 2 "$lock" bash -c 'echo $$ >"$0" && exec "$@"' "$lock" "${become[@]}" "$@" \
        </dev/null >>"$log" 2>&1 3>&- 4>&- 9>&- &
    pid=$!
}

# log_end NAME: the last lines that it wrote: to its output, and to a log that it opened itself.
log_end() {
    local log
    for log in "$state/$1.log" "$state/run/$1.log"; do
        [ ! -s "$log" ] || printf '\nthe end of %s:\n%s' "$log" "$(tail -n 5 "$log")"
    done
}

# await NAME SECONDS COMMAND…: until the command succeeds; no longer than the service that was started lives.
await() {
    local deadline=$((SECONDS + $2)) name=$1
    shift 2
    until "$@"; do
        kill -0 "$pid" 2>/dev/null || die "$name has ended; its log says why$(log_end "$name")"
        ((SECONDS < deadline)) || die "$name does not answer; its log may say why$(log_end "$name")"
        sleep 0.02
    done
}

# The living processes of the session that this process began.
session() {
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } |
        awk -v session="$1" '{ pid = $1; sub(/^.*\) /, "") } $4 == session && $1 != "Z" { print pid }'
}

running() {
    [ -e "$state/$1.lock" ] && ! flock -n "$state/$1.lock" true
}

# Whether it runs and its main process, which becomes `pid`, is still there: one of the session that its first began.
healthy() {
    local leader own=$state/run/$1.pid
    running "$1" || return
    leader=$(<"$state/$1.lock")
    pid=$leader
    [ ! -s "$own" ] || pid=$(<"$own")
    session "$leader" | grep -xF -- "$pid" >/dev/null
}

# stop NAME SIGNAL SECONDS: asks its main process to end and waits for the last one; kills what is left then, or what a
# main process that is gone has left behind.
stop() {
    local lock=$state/$1.lock
    if healthy "$1"; then
        kill -s "$2" "$pid" 2>/dev/null || true
        ! flock -w "$3" "$lock" true || return 0
    fi
    running "$1" || return 0
    session "$(<"$lock")" | xargs --no-run-if-empty kill -s KILL 2>/dev/null || true
    flock -w 10 "$lock" true || die "$1 does not end: see $state/$1.log"
}

# ---- PostgreSQL

# The sockets, and so the accounts behind them, are the only way in; there are no passwords.
make_cluster() {
    rm -rf "$state/pg.new"
    folder pg.new postgres 700
    become postgres
    "${become[@]}" initdb -D "$state/pg.new" -U postgres -A peer -E UTF8 --locale=C.UTF-8
    echo 'local all all peer map=debrief' >"$state/pg.new/pg_hba.conf"
    printf 'debrief %s\n' "$(id -un) postgres" "$(id -un) debrief_api" 'debrief debrief_api' \
        >"$state/pg.new/pg_ident.conf"
    mv "$state/pg.new" "$state/pg"
}

# start_postgres [OPTION…]: the private server, with options of its own, and in it the database.
start_postgres() {
    if healthy postgres; then
        note=running
    else
        stop postgres INT 0
        [ -d "$state/pg" ] || make_cluster
        # Where nobody reaps a killed server, the pid in its two lock files looks alive for ever. Our lock knows better.
        rm -f "$state/pg/postmaster.pid" "$state/pgsock/.s.PGSQL.5432.lock"
        start postgres postgres postgres -D "$state/pg" -h '' -k "$state/pgsock" "$@"
        await postgres 120 pg_isready -q -h "$state/pgsock" -U postgres -d postgres
        note=started
    fi
    local there
    there=$(psql -XAt -c "select 1 from pg_database where datname = 'debrief'" "$(conninfo postgres postgres)")
    [ -n "$there" ] || psql -Xq -c 'create database debrief' "$(conninfo postgres postgres)"
}

# The master says when it is gone, and knows how long that may take. One that does not answer is stopped as the others are.
stop_workers() {
    if note=$(cli stop); then flock -w 10 "$state/debrief.lock" true || true; fi
    stop debrief QUIT 40
}
