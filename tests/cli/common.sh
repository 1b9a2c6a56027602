# Shared by the tests of the czip command. CTest sets these variables; to run one script by hand, set them and say
# `bash tests/cli/NAME.sh`:
#   CZIP   the binary
#   MODEL  a model file of format 1
#   WORK   a folder of the script's own; it is emptied first
#   CZIP_TEST_FAST=1 (optional)  smaller inputs and fewer repetitions of the same kind, for builds that are many times
#          slower, such as those with sanitizers. Every command still runs; comments beside `full_or_fast` say what is
#          left out.
# Some scripts need further variables, and say which.
set -euo pipefail

: "${CZIP:?path of the czip binary}" "${MODEL:?path of a model}" "${WORK:?a folder to work in}"
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

# expect STATUS COMMAND...: runs the command and checks its exit status; stderr goes to .err.
expect() {
  local wanted=$1 status=0
  shift
  "$@" 2>"$WORK/.err" || status=$?
  [ "$status" = "$wanted" ] || fail "exit status $status instead of $wanted: $*"
}

# stderr_has PATTERN: the last command's stderr matches the basic regular expression.
stderr_has() { grep -q -- "$1" "$WORK/.err" || fail "stderr lacks '$1'"; }

# silent: the last command's stderr is empty.
silent() { [ ! -s "$WORK/.err" ] || fail "stderr is not empty"; }

# one_line: the last command's stderr is one line of at most 400 characters, "czip: ...".
one_line() {
  local line
  [ "$(wc -l <"$WORK/.err")" = 1 ] || fail "not one line on stderr"
  line=$(cat "$WORK/.err")
  if [ "${line#czip: ?}" = "$line" ] || [ ${#line} -gt 400 ]; then fail "no proper error line"; fi
}

# as_user COMMAND...: runs it without root's rights. It may not be able to enter $WORK: see for_user.
as_user() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; else "$@"; fi
}

# for_user: goes to a folder that `as_user` may write to, with the command and MODEL2 in it.
for_user() {
  USER_WORK=$(mktemp -d /tmp/czip-test-XXXXXX)
  trap 'chmod -R u+rwx "$USER_WORK"; rm -rf "$USER_WORK"' EXIT
  mkdir "$USER_WORK/tmp"
  TMPDIR=$USER_WORK/tmp
  cp "$CZIP" "$USER_WORK/czip"
  CZIP=$USER_WORK/czip
  cp "$MODEL2" "$USER_WORK/model.czm"
  MODEL2=$USER_WORK/model.czm
  mkdir "$USER_WORK/work"
  if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 "$USER_WORK"; fi
  cd "$USER_WORK/work"
}

same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
absent() {
  local name
  for name in "$@"; do if [ -e "$name" ] || [ -L "$name" ]; then fail "$name exists"; fi; done
}
present() {
  local name
  for name in "$@"; do [ -e "$name" ] || fail "$name does not exist"; done
}

# clean: no temporary file stayed behind, here or in TMPDIR.
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

# full_or_fast FULL FAST: the second where CZIP_TEST_FAST is 1, else the first.
full_or_fast() { if [ "${CZIP_TEST_FAST:-0}" = 1 ]; then echo "$2"; else echo "$1"; fi; }

# wait_for PATTERN: waits until a file or folder of that name is in the working directory, up to two minutes.
wait_for() {
  local tries=0
  until [ -n "$(find . -maxdepth 1 -name "$1")" ]; do
    tries=$((tries + 1))
    [ $tries -lt 6000 ] || fail "no $1 appeared"
    sleep 0.02
  done
}

# Texts. All are the same on every machine and in every run.

# text LINES: lines that hardly differ.
text() { seq "$1" | sed 's/.*/It was the best of times, it was the worst of times, line &./'; }

# The Lehmer generator of Park and Miller (1988), whose products are exact in awk's doubles: next(n) is in 0..n-1.
awk_random='function next_random(n) { state = state * 16807 % 2147483647; return int(state / 2147483647 * n) }'

# prose SEED BYTES: that many bytes of made-up English. Common words come more often, as in Zipf's law, and each seed
# prefers other words. No seed is 0.
prose() {
  LC_ALL=C awk -v seed="$1" -v size="$2" "$awk_random"'
    BEGIN {
      n = split("the of and to in a is that for it as was with be by on not he his but at are this have from or had " \
        "an they which one you were all her she there would their we him been has when who will no more if out so up " \
        "said what its about than into them can only other time new some could these two may first then do any like " \
        "my now over such our man me even most made after also did many before must through years where much your " \
        "way well down should because each just those people too little state good very make world still see own men " \
        "work long here get both between life being under never day same another know while last might us great old " \
        "year off come since against go came right used take three house himself few without place during high again " \
        "home around small however found thought went say part once general upon school every does got united left " \
        "number course war until always away something fact water though less public put thing almost hand enough far " \
        "took head yet government system better set told nothing night end why called find going look asked later " \
        "knew point next program city business give group toward young days let room president side social given " \
        "present several order national possible rather second face per among form important often things early white " \
        "case large become need big four within felt children along saw best church ever least power light thus seemed", \
        word, " ")
      state = seed
      favourite = next_random(n)
      capital = 1
      while (length(text) < size) {
        u = next_random(1000) / 1000
        w = word[int(n * u * u * u) + 1]
        if (next_random(5) == 0) w = word[(favourite + next_random(12)) % n + 1]
        if (next_random(40) == 0) w = next_random(2000)
        if (capital) w = toupper(substr(w, 1, 1)) substr(w, 2)
        capital = 0
        mark = next_random(12)
        if (mark == 0) { w = w "."; capital = 1 }
        if (mark == 1) w = w ","
        text = text w (capital && next_random(6) == 0 ? "\n\n" : next_random(11) == 0 ? "\n" : " ")
      }
      printf "%s", substr(text, 1, size)
    }'
}

# documents COUNT BYTES: that many documents of prose, each ended by a zero byte.
documents() {
  local seed
  for seed in $(seq "$1"); do
    prose "$((seed * 7919))" "$2"
    printf '\0'
  done
}

# binary BYTES: bytes that are not text, a quarter of them zero.
binary() {
  printf '%b' "$(LC_ALL=C awk -v size="$1" "$awk_random"'
    BEGIN { state = 1; while (size-- > 0) printf "\\0%o", next_random(4) == 0 ? 0 : next_random(256) }')"
}

# noise BYTES: bytes that no compressor makes smaller.
noise() {
  printf '%b' "$(LC_ALL=C awk -v size="$1" "$awk_random"'
    BEGIN { state = 2; while (size-- > 0) printf "\\0%o", next_random(256) }')"
}

# change_bit FILE OFFSET COPY: a copy of the file in which one bit of that byte differs.
change_bit() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N1 "$1")
  cp "$1" "$3"
  printf '%b' "\\0$(printf %o $((byte ^ 8)))" | dd of="$3" bs=1 seek="$2" conv=notrunc status=none
}
