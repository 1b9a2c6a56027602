# Shared by the tests of the czip command. Each script gets CZIP (the binary), MODEL (a model file) and WORK (an
# empty folder of its own) from its caller; `bash tests/cli/NAME.sh` with these set runs one by hand.
set -euo pipefail

: "${CZIP:?path of the czip binary}" "${MODEL:?path of a model}" "${WORK:?a folder to work in}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CZIP=$(realpath "$CZIP")
MODEL=$(realpath "$MODEL")
rm -rf "$WORK"
mkdir -p "$WORK"
cd "$WORK"
unset CZIP_SIMD CZIP_MODEL_PATH
export TMPDIR=$WORK/tmp
mkdir "$TMPDIR"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  [ ! -s "$WORK/.err" ] || sed 's/^/  stderr: /' "$WORK/.err" >&2
  exit 1
}

# expect STATUS COMMAND...: runs it and insists on its exit status; stderr goes to .err.
expect() {
  local wanted=$1 status=0
  shift
  "$@" 2>"$WORK/.err" || status=$?
  [ "$status" = "$wanted" ] || fail "exit status $status instead of $wanted: $*"
}

# said PATTERN: the last command's stderr has it.
said() { grep -q -- "$1" "$WORK/.err" || fail "stderr lacks '$1'"; }

# silent: the last command's stderr is empty.
silent() { [ ! -s "$WORK/.err" ] || fail "stderr is not empty"; }

# One line of at most 400 characters, "czip: ...".
one_line() {
  local line
  [ "$(wc -l <"$WORK/.err")" = 1 ] || fail "not one line on stderr"
  line=$(cat "$WORK/.err")
  [ "${line#czip: ?}" != "$line" ] && [ ${#line} -le 400 ] || fail "no proper error line"
}

same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
absent() {
  local name
  for name in "$@"; do [ ! -e "$name" ] && [ ! -L "$name" ] || fail "$name exists"; done
}
present() {
  local name
  for name in "$@"; do [ -e "$name" ] || fail "$name does not exist"; done
}

# No temporary file stayed behind, here or in TMPDIR.
clean() {
  local left
  left=$(find "$WORK" -name '.*.czip-*'; find "$TMPDIR" -mindepth 1)
  [ -z "$left" ] || fail "left behind: $left"
}

valid_json() {
  if command -v python3 >/dev/null; then
    python3 -m json.tool "$1" >/dev/null || fail "$1 is not JSON"
  elif command -v jq >/dev/null; then
    jq . "$1" >/dev/null || fail "$1 is not JSON"
  else
    grep -q '[]}]$' "$1" || fail "$1 does not look like JSON"
  fi
}

text() { printf 'It was the best of times, it was the worst of times, line %s.\n' $(seq "${1:-5}"); }
# Fixed bytes that are not text.
binary() { head -c "$1" "$CZIP"; }
