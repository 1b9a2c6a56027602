# At a terminal: a progress bar, a summary and colours; elsewhere none of them.
source "$(dirname "$0")/v2_common.sh"
if ! command -v script >/dev/null; then
  echo 'note: script(1) is not installed, so there is no terminal to test with'
  exit
fi
text 50 >long
compress="'$CZIP' -f -T1 --simd scalar --no-verify -m '$MODEL' long"

# The bar appears when compressing takes longer than a second. To be longer than that on every machine, the command is
# stopped for that time once it has begun its output. `script` must not see its own child stop, so a shell is between.
paused_at_terminal() {
  local terminal
  rm -f pid
  script -qec "$1 & echo \$! >pid.new; mv pid.new pid; wait \$!" /dev/null >out &
  terminal=$!
  wait_for pid
  wait_for '.long.czip.czip-*'
  kill -STOP "$(cat pid)"
  sleep 1.2
  kill -CONT "$(cat pid)"
  wait $terminal || fail "exit status $?: $1"
}
paused_at_terminal "$compress"
grep -q ' left' out || fail 'no progress bar'
grep -q 'long : .* => .* bytes, long.czip' out || fail 'no summary'
paused_at_terminal "$compress --no-progress"
! grep -q ' left' out || fail 'a progress bar in spite of --no-progress'
paused_at_terminal "$compress -q"
[ ! -s out ] || fail '-q is not quiet'

expect 0 script -qec "TERM=xterm '$CZIP' verify '$MODEL2'" /dev/null >out
grep -q $'\e\\[32m' out || fail 'no colour on a terminal'
expect 0 script -qec "NO_COLOR=1 TERM=xterm '$CZIP' verify '$MODEL2'" /dev/null >out
! grep -q $'\e' out || fail 'colour in spite of NO_COLOR'
expect 0 "$CZIP" -f -T1 -m "$MODEL" long; silent
clean
