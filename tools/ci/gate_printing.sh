#!/usr/bin/env bash
# Only the command's console (tools/czip/cli/console.cpp) prints, for it filters what could steer a terminal:
#  - No library writes to a standard stream.
#  - In the command, only the console writes to stdout and stderr, and only io/standard_streams.cpp hands stdout to what
#    writes data. JSON is printed by cli/json_*.?pp alone, which make it valid UTF-8.
#  - JSON begins as Json::object() or Json::array(): where nlohmann's library makes one of null and memory runs out, what
#    is left crashes when it is destroyed.
# shellcheck source=gate.sh
source "$(dirname "$0")/gate.sh"

printing='std::(cout|cerr|clog|puts|putchar|print|println|perror|printf|fprintf|vprintf|fputs|fwrite|fputc)\b'
printing+='|(^|[^_[:alnum:]:.>])(puts|putchar|perror|printf|fprintf|vprintf|fputs|fwrite|fputc|dprintf|psignal) *\('
printing+='|\b(stdout|stderr)\b|STD(OUT|ERR)_FILENO'

# FILE:LINE:code of the files that standard input names, where the code matches without its comments and strings.
matches() {
  { xargs grep -HnE "$1" || true; } | sed -E 's/"([^"\\]|\\.)*"/""/g; s|//.*$||' | { grep -E "^[^:]*:[0-9]*:.*($1)" || true; }
}
{
  sources | grep -E '^(engine|tokenizer|codec|models)/' | matches "$printing" | sed 's/$/   <- a library never prints/'
  # isatty() only asks what stdout is.
  sources | grep -E '^tools/czip/' | grep -vE '/(cli/console|io/standard_streams)\.cpp$' | matches "$printing" |
    { grep -v 'isatty(STDOUT_FILENO)' || true; } | sed 's/$/   <- print by Console, which filters/'
  sources | grep -E '^tools/czip/' | grep -vE '/cli/json_[a-z]+\.[ch]pp$' | matches '\.dump\(' |
    sed 's/$/   <- print JSON by print_json()/'
  sources | grep -E '^tools/czip/' | matches '\b(Json|(ordered_)?json) [a-z_]+;' |
    sed 's/$/   <- begin with Json::object() or Json::array()/'
} | findings printing
