# Nothing that is printed can steer a terminal, look like another line or hide: names, models, option values, JSON.
source "$(dirname "$0")/v2_common.sh"
# Control characters (C0, DEL, C1 in UTF-8 and raw), bidi overrides and isolates, invisible characters, line separators,
# and bytes that are not UTF-8.
bad=($'\e]0;x\a' $'\x7f' $'\u009b31m' $'\x9b31m' $'\u202etxt' $'\u2066x' $'\u200b' $'\ufeff' $'\u2028' $'\u2029'
     $'\u00ad' $'\u061c' $'\U000e0041' $'\xff' $'\xc0\x9b' $'\xed\xa0\x80' $'\r' $'\n' $'\u0085')
bad=("${bad[@]:0:$(full_or_fast 19 6)}") # of each kind one
dirty() { LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xf3\xa0|[\xc0\xc1\xf5-\xff]|\xed[\xa0-\xbf]|^\x9b|[\x00-\x7f]\x9b' "$1"; }
printf 'a\302\23331m' >probe
dirty probe || fail 'the probe finds nothing'
# shown COMMAND...: whatever its status, what it prints is clean, and each message is one line.
shown() {
  "$@" >.out 2>"$WORK/.err" </dev/null || true
  if dirty .out; then fail "dirty stdout: $*"; fi
  if dirty .err; then fail "dirty stderr: $*"; fi
  if grep -v '^czip: \|^  \| : ' .err; then fail "a line of its own: $*"; fi
}
text 5 >plain
expect 0 "$CZIP" -m "$MODEL2" plain
i=0
for b in "${bad[@]}"; do
  i=$((i + 1))
  mkdir "d$i"
  name="d$i/a${b}z"
  text 3 >"$name"
  shown "$CZIP" -vf -m "$MODEL2" "$name"
  shown "$CZIP" -vf -m "$MODEL" "$name" -o "$name.v1"
  shown "$CZIP" -tv -m "$MODEL2" "$name.czip"
  shown "$CZIP" -lv "$name.czip"
  shown "$CZIP" -l --json "$name.czip" "$name.v1"; valid_json .out
  shown "$CZIP" -d -m "$MODEL2" "$name.czip"        # exists
  shown "$CZIP" -l "$name"                          # not compressed
  shown "$CZIP" "$name.none"
  shown "$CZIP" -rv -m "$MODEL2" "d$i" -o "arc$i.czip"
  mkdir "out$i"
  shown "$CZIP" -dv -m "$MODEL2" "arc$i.czip" -o "out$i$b"
  shown "$CZIP" -dv -m "$MODEL2" "arc$i.czip" -o "out$i"
  shown "$CZIP" -dv -m "$MODEL2" "arc$i.czip" -o "out$i" # exists
  # Values of options.
  for words in "-m" "--model" "-T" "--simd" "--dialect" "--codec" "--format" "--range" "-o none/"; do
    shown "$CZIP" plain "${words%% *}" "$b"
  done
  shown "$CZIP" "--x$b" plain
  shown "$CZIP" "help" "x$b"
  shown "$CZIP" "compres$b"
  shown "$CZIP" verify "x$b"
  shown "$CZIP" verify --json "$name"
  shown "$CZIP" train -q -o "n$b/m" "x$b" --network-size "$b"
  shown "$CZIP" train -qf --vocabulary 300 -o "out$i/m" --name "$b" "$name"
  shown env "CZIP_SIMD=$b" "$CZIP" -V
  shown env "CZIP_MODEL_PATH=x$b" "$CZIP" -m "y$b" plain
  shown env "TMPDIR=x$b" "$CZIP" -c -m "$MODEL" "$name.none"
done
# A model whose name holds escapes; the file is made with it, and read without it.
documents 30 300 >corpus
expect 0 "$CZIP" train -q --vocabulary 300 -o escapes.czm --name $'x\e]0;P\a\e[2J\u009b31mgood\u202e\nczip: all good' corpus
expect 0 "$CZIP" -f -m escapes.czm plain
shown "$CZIP" -d plain.czip
shown "$CZIP" verify escapes.czm
shown "$CZIP" verify --json escapes.czm; valid_json .out
shown env CZIP_MODEL_PATH=. "$CZIP" -lv plain.czip
shown "$CZIP" -d -m "$MODEL" plain.czip
# What is printed otherwise stays as it is: letters of all kinds.
cp plain $'\u00fc\u65e5\u672c\U0001f600.txt'
expect 0 "$CZIP" -vf -m "$MODEL2" $'\u00fc\u65e5\u672c\U0001f600.txt'
stderr_has $'\u00fc\u65e5\u672c\U0001f600.txt : '
# Escapes can be pasted into bash's $'...'.
expect 1 "$CZIP" $'no\u202e\u009b\xff\e'; stderr_has 'no\\u202e\\xc2\\x9b\\xff\\x1b: '
if command -v script >/dev/null; then
  # At a terminal, the summaries and questions.
  script -qec "'$CZIP' -m '$MODEL2' 'd5/a'\$'\\u202e''txtz'" /dev/null >.out </dev/null || true
  ! LC_ALL=C grep -qP '\xe2\x80\xae' .out || fail 'a bidi override reached the terminal'
fi
clean
