# What scripts/bench has measured, from lines of round, scenario, clients, subject, metric and value, with tabs between.
#
# format: table, json or svg; cores, rounds and seconds: for the captions.
#
# Ratios are made round by round, of values that were measured within seconds of each other, and their median is taken:
# the noise of the machine, which comes and goes, is in both.

BEGIN { FS = "\t" }

{
    key = $2 SUBSEP $3 SUBSEP $4 SUBSEP $5
    value[key, $1] = $6
    if (!(key in counts)) keys[++key_count] = key
    counts[key]++
    round_of[key, counts[key]] = $1
}

END {
    for (i = 1; i <= key_count; i++) {
        split(keys[i], part, SUBSEP)
        if (part[4] == "rate") pair_with_peers(part[1], part[2], part[3])
    }
    # What Debrief's own figures are to each other: page 20,000 to page 1.
    for (i = 1; i <= key_count; i++) {
        split(keys[i], part, SUBSEP)
        if (part[1] == "deep" && part[3] == "debrief" && part[4] == "rate")
            add_ratio("deep to page", part[2], "debrief", "rate", keys[i], "page" SUBSEP part[2] SUBSEP "debrief" SUBSEP "rate")
    }
    make_figures()
    if (format == "json") json()
    else if (format == "svg") svg()
    else table()
}

# Debrief's rate and 99th percentile by the peer's.
function pair_with_peers(scenario, clients, peer,    own) {
    if (peer == "debrief") return
    own = scenario SUBSEP clients SUBSEP "debrief" SUBSEP
    add_ratio(scenario, clients, peer, "rate", own "rate", scenario SUBSEP clients SUBSEP peer SUBSEP "rate")
    add_ratio(scenario, clients, peer, "p99", own "p99", scenario SUBSEP clients SUBSEP peer SUBSEP "p99")
}

function add_ratio(scenario, clients, peer, metric, over, under,    n, round, key) {
    if (!(over in counts) || !(under in counts)) return
    key = scenario SUBSEP clients SUBSEP peer SUBSEP metric SUBSEP "ratio"
    for (n = 1; n <= counts[over]; n++) {
        round = round_of[over, n]
        if (!((under, round) in value) || value[under, round] == 0) continue
        value[key, round] = value[over, round] / value[under, round]
        counts[key]++
        round_of[key, counts[key]] = round
    }
    if (counts[key]) ratios[++ratio_count] = key
}

# What Debrief is to show, each figure with its bound, also where this run has not measured it.
function make_figures(    filters, n, i) {
    figure("page of 50, 8 clients, to the C worker", "page,8,debrief,rate", "page,8,worker,rate", "at least", 0.95)
    figure("page of 50, 64 clients, p99 to the C worker's", "page,64,debrief,p99", "page,64,worker,p99", "at most", 1.1)
    figure("page of 50, 8 clients, to PHP-FPM", "page,8,debrief,rate", "page,8,php,rate", "at least", 3)
    figure("session with transcript, 8 clients, to the C worker", "session,8,debrief,rate", "session,8,worker,rate", "at least", 0.95)
    figure("scorecard, 8 clients, to the C worker", "scorecard,8,debrief,rate", "scorecard,8,worker,rate", "at least", 0.95)
    n = split("none,from,to,user_id,all", filters, ",")
    for (i = 1; i <= n; i++)
        figure("page 20,000 to page 1, filter: " filters[i], "growth,8,page-20000-" filters[i] ",requests-a-second",
            "growth,8,page-1-" filters[i] ",requests-a-second", "at least", 0.95)
    summary("30 days", "30-days")
    summary("all time", "all-time")
    figure("100,000 sessions with scorecards: time with sums to without", "writes,0,bulk-on,milliseconds",
        "writes,0,bulk-off,milliseconds", "at most", 1.6)
    figure("single session, 8 clients: time with sums to without", "writes,8,session-on,milliseconds",
        "writes,8,session-off,milliseconds", "at most", 1.7)
    figure("single session and scorecard, 8 clients: the same", "writes,8,scored-on,milliseconds",
        "writes,8,scored-off,milliseconds", "at most", 1.7)
    figure("users, 100,000 of them: growth of the worker", "footprint,0,users-100k,grown-kilobytes", "", "under", 1, "MB", 1 / 1024)
    figure("users, 100,000 of them: first byte", "footprint,0,users-100k,first-byte-milliseconds", "", "under", 20, "ms", 1)
    figure("a worker's private memory after 10,000 requests", "footprint,0,worker,kilobytes", "", "under", 3, "MB", 1 / 1024)
    figure("serve to the first answer", "footprint,0,start,milliseconds", "", "under", 200, "ms", 1)
    transfer("page", "the page")
    transfer("not-modified", "304, since the client has it")
    transfer("gzip", "the page, with gzip")
    figure("the binary", "footprint,0,binary,bytes", "", "", 0, "MB", 1 / 1048576)
}

function summary(name, subject,    large) {
    large = "growth,0,summary-" subject "-5M,milliseconds"
    figure("summary of " name ", 5 million sessions: time to 5,000's", large, "growth,0,summary-" subject "-5k,milliseconds",
        "at most", 1.3)
    figure("summary of " name ": plain aggregate's time to its own", "growth,0,summary-" subject "-aggregate,milliseconds", large,
        "at least", 100)
}

function transfer(way, words) {
    figure(words ": a response, with its fields", "transfer,8," way ",bytes", "", "", 0, "bytes", 1)
    if (way != "page")
        figure(words ": rate to the plain page's", "transfer,8," way ",requests-a-second", "transfer,8,page,requests-a-second", "", 0)
}

# The ratio of `over` to `under` round by round; without `under` the figure itself, times `scale`.
function figure(name, over, under, relation, bound, unit, scale,    n, round, key) {
    gsub(/,/, SUBSEP, over)
    gsub(/,/, SUBSEP, under)
    key = "figure" SUBSEP name
    figures[++figure_count] = key
    figure_name[key] = name
    figure_unit[key] = unit
    figure_bound[key] = bound
    figure_relation[key] = relation
    for (n = 1; n <= counts[over]; n++) {
        round = round_of[over, n]
        if (under == "") value[key, round] = value[over, round] * scale
        else if (value[under, round] > 0) value[key, round] = value[over, round] / value[under, round]
        else continue
        round_of[key, ++counts[key]] = round
    }
}

# After spread.
function verdict(key) {
    if (!counts[key]) return "not measured"
    if (figure_relation[key] == "at least") return median >= figure_bound[key] ? "ok" : "missed"
    if (figure_relation[key] == "at most") return median <= figure_bound[key] ? "ok" : "missed"
    if (figure_relation[key] == "under") return median < figure_bound[key] ? "ok" : "missed"
    return ""
}

function with_unit(number, key) {
    return number (figure_unit[key] == "" ? "" : " " figure_unit[key])
}

function figure_table(    i, key) {
    printf "\n%-60s %10s  %16s  %-14s %s\n", "what is to be shown", "median", "least to most", "bound", ""
    for (i = 1; i <= figure_count; i++) {
        key = figures[i]
        least = median = most = ""
        if (counts[key]) spread(key)
        printf "%-60s %10s  %16s  %-14s %s\n", figure_name[key], counts[key] ? with_unit(short(median), key) : "",
            counts[key] ? short(least) " to " short(most) : "",
            figure_relation[key] == "" ? "" : figure_relation[key] " " with_unit(figure_bound[key], key), verdict(key)
    }
}

function figures_json(    i, key) {
    for (i = 1; i <= figure_count; i++) {
        key = figures[i]
        least = median = most = "null"
        if (counts[key]) spread(key)
        printf "%s\n{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%s,\"least\":%s,\"most\":%s,\"bound\":%s,\"verdict\":\"%s\"}", \
            (i > 1 ? "," : ""), figure_name[key], figure_unit[key], median, least, most,
            figure_relation[key] == "" ? "null" : "\"" figure_relation[key] " " figure_bound[key] "\"", verdict(key)
    }
}

# Sets `least`, `median` and `most` of what was measured in all rounds.
function spread(key,    n, i, j, sorted, held) {
    n = counts[key]
    for (i = 1; i <= n; i++) {
        held = value[key, round_of[key, i]] + 0
        for (j = i; j > 1 && sorted[j - 1] > held; j--) sorted[j] = sorted[j - 1]
        sorted[j] = held
    }
    least = sorted[1]
    most = sorted[n]
    median = n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# Three digits that count.
function short(number) {
    if (number >= 100) return sprintf("%.0f", number)
    if (number >= 10) return sprintf("%.1f", number)
    return sprintf("%.2f", number)
}

function table(    i, part, base, any) {
    for (i = 1; i <= key_count; i++) if (keys[i] ~ SUBSEP "rate$") any = 1
    if (any) printf "%-12s %7s  %-8s %10s  %17s  %9s  %9s\n", "scenario", "clients", "subject", "requests/s", "least to most", "median ms", "p99 ms"
    any = 0
    for (i = 1; i <= key_count; i++) {
        split(keys[i], part, SUBSEP)
        if (part[4] != "rate") continue
        base = part[1] SUBSEP part[2] SUBSEP part[3] SUBSEP
        spread(base "rate")
        printf "%-12s %7d  %-8s %10s  %17s", part[1], part[2], part[3], short(median), short(least) " to " short(most)
        spread(base "p50")
        printf "  %9s", short(median)
        spread(base "p99")
        printf "  %9s\n", short(median)
    }

    if (ratio_count) printf "\n%-12s %7s  %-16s %8s  %14s\n", "Debrief to", "clients", "", "ratio", "least to most"
    for (i = 1; i <= ratio_count; i++) {
        split(ratios[i], part, SUBSEP)
        spread(ratios[i])
        printf "%-12s %7d  %-16s %8.2f  %14s\n", part[1], part[2], part[3] == "debrief" ? "" : part[3] ", " part[4], median,
            sprintf("%.2f to %.2f", least, most)
    }

    for (i = 1; i <= key_count; i++) {
        split(keys[i], part, SUBSEP)
        if (part[4] == "rate" || part[4] == "p50" || part[4] == "p99") continue
        if (!any++) printf "\n%-12s %-24s %-28s %10s  %17s\n", "scenario", "subject", "metric", "median", "least to most"
        spread(keys[i])
        printf "%-12s %-24s %-28s %10s  %17s\n", part[1], part[3], part[4], short(median), short(least) " to " short(most)
    }
    figure_table()
}

function json(    i) {
    printf "{\n\"cores\":%d,\"rounds\":%d,\"seconds\":%d,\n\"measured\":[", cores, rounds, seconds
    for (i = 1; i <= key_count; i++) json_row(keys[i], i)
    printf "\n],\n\"to_be_shown\":["
    figures_json()
    printf "\n],\n\"ratios_of_debrief\":["
    for (i = 1; i <= ratio_count; i++) json_row(ratios[i], i)
    printf "\n]\n}\n"
}

function json_row(key, index_of_row,    n, part) {
    split(key, part, SUBSEP)
    spread(key)
    printf "%s\n{\"scenario\":\"%s\",\"clients\":%d,\"subject\":\"%s\",\"metric\":\"%s\",\"median\":%s,\"least\":%s,\"most\":%s,\"rounds\":[", \
        (index_of_row > 1 ? "," : ""), part[1], part[2], part[3], part[4], median, least, most
    for (n = 1; n <= counts[key]; n++) printf "%s%s", (n > 1 ? "," : ""), value[key, round_of[key, n]] + 0
    printf "]}"
}

# Bars of the rates, the C worker's being 1; a line over each from the least to the most of its rounds.
function svg(    i, part, bars, bar, y, scale, widest, group, last) {
    bars = 0
    widest = 1.2
    for (i = 1; i <= ratio_count; i++) {
        split(ratios[i], part, SUBSEP)
        if (part[3] != "worker" || part[4] != "rate") continue
        spread(ratios[i])
        add_bar(part[1], part[2], "Debrief", median, least, most)
        php_bar(part[1], part[2])
    }
    for (i = 1; i <= bar_count; i++) if (bar_most[i] > widest) widest = bar_most[i]
    scale = 480 / widest
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 %d\" font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\">\n", 96 + 22 * bar_count
    print "<title>Requests a second, the C worker's being 1</title>"
    print "<style>"
    print ":root { color-scheme: light dark }"
    print ".page { fill: #ffffff } text { fill: #1f2328 } .faint { fill: #59636e }"
    print ".Debrief { fill: #2563c9 } .PHP { fill: #9aa4b1 } .spread { stroke: #1f2328; stroke-width: 1.5 } .one { stroke: #59636e; stroke-dasharray: 4 3 }"
    print "@media (prefers-color-scheme: dark) {"
    print ".page { fill: #0d1117 } text { fill: #e6edf3 } .faint { fill: #9198a1 }"
    print ".Debrief { fill: #5b93f0 } .PHP { fill: #59636e } .spread { stroke: #e6edf3 } .one { stroke: #9198a1 }"
    print "}"
    print "</style>"
    print "<rect class=\"page\" width=\"100%\" height=\"100%\"/>"
    print "<text x=\"16\" y=\"28\" font-size=\"16\" font-weight=\"600\">Requests a second, the C worker’s being 1</text>"
    printf "<text class=\"faint\" x=\"16\" y=\"48\">%d cores, %d rounds of %d s; lines from the least to the most of the rounds</text>\n", cores, rounds, seconds
    y = 64
    for (i = 1; i <= bar_count; i++) {
        group = bar_group[i]
        if (group != last) printf "<text x=\"16\" y=\"%d\">%s</text>\n", y + 14, group
        last = group
        printf "<text class=\"faint\" x=\"206\" y=\"%d\" text-anchor=\"end\">%s</text>\n", y + 14, bar_name[i]
        printf "<rect class=\"%s\" x=\"216\" y=\"%d\" width=\"%.1f\" height=\"14\" rx=\"2\"/>\n", bar_name[i], y + 2, bar_value[i] * scale
        printf "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", 216 + bar_least[i] * scale, 216 + bar_most[i] * scale, y + 9, y + 9
        printf "<text x=\"%.1f\" y=\"%d\">%.2f</text>\n", 224 + bar_most[i] * scale, y + 14, bar_value[i]
        y += 22
    }
    printf "<line class=\"one\" x1=\"%.1f\" x2=\"%.1f\" y1=\"58\" y2=\"%d\"/>\n</svg>\n", 216 + scale, 216 + scale, y + 4
}

function add_bar(scenario, clients, name, ratio, lowest, highest) {
    bar_group[++bar_count] = scenario ", " clients (clients == 1 ? " client" : " clients")
    bar_name[bar_count] = name
    bar_value[bar_count] = ratio
    bar_least[bar_count] = lowest
    bar_most[bar_count] = highest
}

# PHP's rate to the C worker's, round by round, too.
function php_bar(scenario, clients,    php, worker, n, round, key) {
    php = scenario SUBSEP clients SUBSEP "php" SUBSEP "rate"
    worker = scenario SUBSEP clients SUBSEP "worker" SUBSEP "rate"
    if (!(php in counts)) return
    key = php SUBSEP "chart"
    for (n = 1; n <= counts[php]; n++) {
        round = round_of[php, n]
        if (!((worker, round) in value)) continue
        value[key, round] = value[php, round] / value[worker, round]
        counts[key]++
        round_of[key, counts[key]] = round
    }
    spread(key)
    add_bar(scenario, clients, "PHP", median, least, most)
}
