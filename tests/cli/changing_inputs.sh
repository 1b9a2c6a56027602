# A file that grows or shrinks while it is read: what was announced is taken, or what there is, with a warning and
# status 0, as gzip does. --rm keeps a file that has changed.
source "$(dirname "$0")/v2_common.sh"
text 2000 >log
cp log log.before

# The output is a pipe, which czip opens after its input: it waits there until a reader comes.
mkfifo pipe
while_waiting() { # COMMAND: runs it while czip has opened the log and not yet read it; the file goes to log.czip
  local pid tries=0
  "$CZIP" -f -m "$MODEL2" -o pipe log 2>.err &
  pid=$!
  # It sleeps where it waits for the reader, and nowhere between opening the log and that.
  until [ -n "$(find "/proc/$pid/fd" -lname "$WORK/log" 2>/dev/null)" ] && grep -q ') S ' "/proc/$pid/stat"; do
    tries=$((tries + 1))
    [ $tries -lt 6000 ] || fail 'the log is not opened'
    sleep 0.02
  done
  "$@"
  cat pipe >log.czip
  wait $pid || fail "status $? for a file that changed"
}
while_waiting eval 'text 50 >>log'
one_line; stderr_has 'log: grew while it was read'
expect 0 "$CZIP" -dc -m "$MODEL2" log.czip >out; silent; same out log.before
cp log.before log
while_waiting truncate -s 3000 log
one_line; stderr_has 'log: became shorter while it was read'
expect 0 "$CZIP" -dc -m "$MODEL2" log.czip >out; head -c 3000 log.before | cmp - out
cp log.before log
while_waiting truncate -s 0 log
expect 0 "$CZIP" -dc -m "$MODEL2" log.czip >out; [ ! -s out ] || fail 'something of nothing'
while_waiting true
silent
cp log.before log

# Files of sysfs announce 4,096 bytes and have a few.
lies=/sys/devices/system/cpu/online
if [ -r $lies ] && [ "$(stat -c %s $lies)" != "$(wc -c <$lies)" ]; then
  for model in "$MODEL" "$MODEL2"; do
    expect 0 "$CZIP" -o cpu.czip -m "$model" $lies; one_line; stderr_has 'became shorter'
    expect 0 "$CZIP" -dc -m "$model" cpu.czip | cmp - $lies
    expect 0 "$CZIP" -c -m "$model" $lies >cpu.czip; one_line
    expect 0 "$CZIP" -dc -m "$model" cpu.czip | cmp - $lies
    expect 0 "$CZIP" -cq -m "$model" <$lies >cpu.czip; silent
    expect 0 "$CZIP" -dc -m "$model" cpu.czip | cmp - $lies
    rm cpu.czip
  done
else
  echo 'note: no file here has another length than it says, that part was left out'
fi
# From where standard input stands; the rest of the file is taken, and no more.
{ read -r _; expect 0 "$CZIP" -cm "$MODEL2" >rest.czip; } <log; silent
expect 0 "$CZIP" -dc -m "$MODEL2" rest.czip >out; tail -n +2 log | cmp - out

# --rm: a change that size and time of modification do not show.
text 50 >kept
touch -d '2001-02-03 04:05' kept
"$CZIP" --rm -T1 --simd scalar -m "$MODEL" kept 2>.err &
pid=$!
wait_for '.kept.czip.czip-*'
kill -STOP $pid
printf X | dd of=kept conv=notrunc status=none
touch -d '2001-02-03 04:05' kept
kill -CONT $pid
status=0
wait $pid || status=$?
[ $status = 1 ] || fail "status $status although the input changed"
one_line; stderr_has 'was kept'
present kept
clean
