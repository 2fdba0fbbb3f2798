# The manual pages, one a command, from what the program says of its commands (--experimental-dump-help). Prints the name
# of each page and its text, both ended by a NUL. With the arguments $version and $date.

# Text for roff: a "-" that can be copied, and no line that is taken for a request.
def roff: gsub("\\\\"; "\\e") | gsub("-"; "\\-") | gsub("(?<a>^|\n)(?<b>[.'])"; "\(.a)\\&\(.b)");

# Paragraphs. One with indented lines is a list: of each entry a line, and what is said of it.
def paragraphs:
    split("\n\n") | map(
        if test("\n    ") then
            split("\n") | map(if startswith("    ") then ltrimstr("    ") | roff else ".TP\n.B \(roff)" end) | join("\n")
        else ".PP\n\(roff)" end
    ) | join("\n");

def dashed: (if .kind == "long" then "--" else "-" end) + .name;

# How an argument is written in the synopsis.
def synopsis:
    (if .kind == "positional" then "\\fI\(.valueName | roff)\\fR"
        elif .kind == "option" then "\\fB\(.preferredName | dashed | roff)\\fR \\fI\(.valueName | roff)\\fR"
        else "\\fB\(.preferredName | dashed | roff)\\fR" end)
    + (if .isRepeating then "..." else "" end);

def entry:
    ".TP\n"
    + (if .kind == "positional" then "\\fI\(.valueName | roff)\\fR"
        else (.names | map("\\fB\(dashed | roff)\\fR") | join(", ")) + (if .kind == "option" then " \\fI\(.valueName | roff)\\fR" else "" end) end)
    + "\n" + ((.abstract // "") | roff)
    + (if .discussion then "\n\(.discussion | roff)" else "" end)
    + (if (.allValues // []) != [] and .kind != "flag" then "\nOne of: \(.allValues | join(", ") | roff)." else "" end)
    + (if .defaultValue then "\nDefault: \(.defaultValue | roff)." else "" end);

def section($title; $lines): if $lines == [] then [] else [".SH \($title)"] + $lines end;

# What every command has is said once, in debrief(1).
def own($parents): (.arguments // []) | map(select(.shouldDisplay and ($parents == [] or (.valueName | IN("version", "help") | not))));

def page($parents):
    ($parents + [.commandName]) as $path
    | own($parents) as $arguments
    | [(.subcommands // [])[] | select(.shouldDisplay != false and .commandName != "help")] as $commands
    | [".TH \($path | join("-") | ascii_upcase | roff) 1 \"\($date)\" \"debrief \($version)\" \"Debrief\"\n.ad l\n.nh",
        ".SH NAME", "\($path | join("-") | roff) \\- \(.abstract | rtrimstr(".") | (.[:1] | ascii_downcase) + .[1:] | roff)",
        ".SH SYNOPSIS", "\\fB\($path | join(" ") | roff)\\fR"]
    + (if $commands == [] then [] else ["\\fIcommand\\fR"] end)
    + [$arguments[] | select(.valueName | IN("version", "help") | not) | if .isOptional then "[\(synopsis)]" else synopsis end]
    + section("DESCRIPTION"; [.discussion // .abstract | paragraphs | ltrimstr(".PP\n")])
    + section("ARGUMENTS"; [$arguments[] | select(.kind == "positional") | entry])
    + section("COMMANDS"; [$commands[] | ".TP\n.BR \($path + [.commandName] | join("-") | roff) (1)\n\(.abstract | roff)"])
    + section("OPTIONS"; [$arguments[] | select(.kind != "positional") | entry])
    + (if $parents == [] then
        [".SH EXIT STATUS", ".TP\n0\nDone.", ".TP\n1\nRefused or failed, with a line on standard error.",
            ".TP\n3\nNot running: status and top alone.", ".TP\n64\nWrong usage: arguments or settings that make no sense.",
            ".SH FILES", ".TP\n.I /etc/debrief/debrief.conf\nThe settings of the service, each with its default.",
            ".TP\n.I /usr/share/doc/debrief/README.Debian\nHow to set it up."]
        else [".SH SEE ALSO", ".BR \($parents | join("-") | roff) (1)"] end)
    | "\($path | join("-"))\u0000" + join("\n") + "\n\u0000";

def pages($parents): page($parents), ((.commandName) as $name | (.subcommands // [])[] | select(.commandName != "help") | pages($parents + [$name]));

.command | pages([])
