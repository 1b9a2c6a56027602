# At a terminal: a progress bar, a summary and colours; elsewhere none of them.
source "$(dirname "$0")/v2_common.sh"
if ! command -v script >/dev/null; then
  echo 'note: script(1) is not installed, so there is no terminal to test with'
  exit
fi
text 50 >long
compress="'$CZIP' -f -T1 --simd scalar --no-verify -m '$MODEL' long"

# The bar appears when a command takes longer than a second. To be longer than that on every machine, it is stopped for
# that time once it has begun. `script` must not see its own child stop, so a shell is between.
# paused_at_terminal COMMAND [BEGUN...]: BEGUN waits until the command has begun; by default, until it writes long.czip.
paused_at_terminal() {
  local command=$1 terminal
  shift
  [ $# != 0 ] || set -- wait_for '.long.czip.czip-*'
  rm -f pid
  : >out
  script -qefc "$command & echo \$! >pid.new; mv pid.new pid; wait \$!" /dev/null >out &
  terminal=$!
  wait_for pid
  "$@"
  kill -STOP "$(cat pid)"
  sleep 1.2
  kill -CONT "$(cat pid)"
  wait $terminal || fail "exit status $?: $command"
}
paused_at_terminal "$compress"
grep -q ' left' out || fail 'no progress bar'
on_own_line() { tr '\r' '\n' <out | grep -q "^$1"; }  # and not behind what is left of a bar
on_own_line 'long : .* => .* bytes, long.czip' || fail 'no summary'
paused_at_terminal "$compress --no-progress"
! grep -q ' left' out || fail 'a progress bar in spite of --no-progress'
paused_at_terminal "$compress -q"
[ ! -s out ] || fail '-q is not quiet'

# Within one block of format 2, be it of a text or of an archive, and within a stage of training, there are shares before
# the last.
has_share() { grep -q ' [0-9]\{1,2\}\.[0-9] %  [0-9.,]* '"${2:-kB}"'/s  .* left' out || fail "no share: $1"; }
prose 1 "$(full_or_fast 400000 150000)" >long
mkdir folder
cp long folder
slow="-T1 --simd scalar --no-verify -m '$MODEL2'"
paused_at_terminal "'$CZIP' -f $slow long"
has_share compressing
paused_at_terminal "'$CZIP' -f -r --block-size 1MiB $slow -o archive.czip folder" wait_for '.archive.czip.czip-*'
has_share archiving
cp long.czip packed.czip
paused_at_terminal "'$CZIP' -d -f -T1 --simd scalar -m '$MODEL2' packed.czip" wait_for '.packed.czip-*'
has_share decompressing
learns() { until grep -q 'training: recurrent network' out; do sleep 0.02; done; }
paused_at_terminal "'$CZIP' train -f -T1 --vocabulary 300 --prior-size 50000 -o own.czm long" learns
has_share training tokens

# Of a pipe, the length is not known: there are bytes and rate.
script -qec "{ head -c 1000 long; sleep 1.2; tail -c +1001 long; } | '$CZIP' $slow -c >packed" /dev/null </dev/null >out
grep -q 'kB  [0-9.]* kB/s' out || fail 'no bytes and rate of a pipe'
on_own_line 'standard input : .* bytes' || fail 'no summary of a pipe'
! grep -q ' left' out || fail 'a share of what is not known'

expect 0 script -qec "TERM=xterm '$CZIP' verify '$MODEL2'" /dev/null >out
grep -q $'\e\\[32m' out || fail 'no colour on a terminal'
expect 0 script -qec "NO_COLOR=1 TERM=xterm '$CZIP' verify '$MODEL2'" /dev/null >out
! grep -q $'\e' out || fail 'colour in spite of NO_COLOR'
expect 0 "$CZIP" -f -T1 -m "$MODEL" long; silent
clean
