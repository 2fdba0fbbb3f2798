# shellcheck shell=bash disable=SC2034 # scripts/bench uses what is set here.
# How far a run is: on a terminal a bar in one line, which is written over; elsewhere a line when a tenth more is done, or
# after half a minute. Sourced by scripts/bench.

# begin_progress STEPS: as many calls of `progress` as there will be.
begin_progress() {
    all_steps=$1
    done_steps=0
    progress_began=$SECONDS
    progress_at=$SECONDS
    progress_tenth=0
}

# How long it has taken, and how much longer it will if the rest goes on as it went: sets `took`.
progress_time() {
    local elapsed=$((SECONDS - progress_began))
    took="$((elapsed / 60)) min $((elapsed % 60)) s"
    if ((done_steps > 1 && elapsed > 1)); then
        took+=", about $(((elapsed * (all_steps - done_steps + 1) / (done_steps - 1) + 59) / 60)) min left"
    fi
}

# progress TEXT: what is done now.
progress() {
    local took columns percent
    # What is done now is not done yet.
    percent=$((all_steps > 0 ? 100 * done_steps / all_steps : 0))
    ((percent <= 100)) || percent=100
    done_steps=$((done_steps + 1))
    progress_time
    if [ -t 2 ]; then
        read -r _ columns < <(stty size <&2 2>/dev/null) || columns=80
        draw_progress "$percent" "$1, $took" "$(((columns > 0 ? columns : 80) - 1))"
    elif ((done_steps == 1 || percent / 10 > progress_tenth || SECONDS - progress_at >= 30)); then
        progress_tenth=$((percent / 10))
        progress_at=$SECONDS
        printf '%d %%: %s, %s\n' "$percent" "$1" "$took" >&2
    fi
}

# draw_progress PERCENT TEXT COLUMNS: the bar has what room the text leaves, up to 30 cells.
draw_progress() {
    local line cells bar
    printf -v line '%3d %%' "$1"
    cells=$(($3 - ${#line} - ${#2} - 4))
    ((cells <= 30)) || cells=30
    if ((cells >= 5)); then
        printf -v bar '%*s' $((cells * $1 / 100)) ''
        printf -v line '%s [%-*s]' "$line" "$cells" "${bar// /|}"
    fi
    line+=" $2"
    printf '\r\033[K%s' "${line:0:$3}" >&2
}

end_progress() {
    [ ! -t 2 ] || printf '\r\033[K' >&2
}
