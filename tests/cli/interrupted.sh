# A signal, a full disk, a closed pipe: nothing false and nothing unfinished stays.
source "$(dirname "$0")/common.sh"
text 200000 >large
text 20 >small

# Waits for the temporary output, then sends the signal; coreutils' env undoes what the shell ignores.
interrupt() {
  local signal=$1 tries=0 status=0
  env --default-signal=INT,TERM,HUP,PIPE "$CZIP" -T 1 --simd scalar -m "$MODEL" large 2>.err &
  local pid=$!
  until [ -n "$(find . -maxdepth 1 -name '.large.czip.czip-*')" ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || fail 'no temporary output appeared'
    sleep 0.05
  done
  sleep 0.2
  kill "-$signal" $pid
  wait $pid || status=$?
  [ $status = "$2" ] || fail "status $status after SIG$signal"
  absent large.czip
  clean
}
interrupt TERM 143
interrupt INT 130
interrupt HUP 129

# A limit on file sizes, and full devices.
binary 30000 >bytes
(ulimit -f 8; expect 1 "$CZIP" -1 --no-verify -m "$MODEL" bytes; one_line; stderr_has 'File too large')
absent bytes.czip
clean
for words in "-c -m $MODEL small" '--help' '-V' "verify $MODEL" 'selftest'; do
  expect 1 "$CZIP" $words >/dev/full; one_line; stderr_has 'No space left'
done
expect 0 "$CZIP" -m "$MODEL" small
expect 1 "$CZIP" -dc -m "$MODEL" small.czip >/dev/full; one_line; stderr_has 'No space left'
expect 1 "$CZIP" -l small.czip >/dev/full; one_line
expect 1 "$CZIP" -m "$MODEL" -o /dev/full small; one_line; stderr_has '/dev/full: No space left'
mkdir disk
if mount -t tmpfs -o size=16k tmpfs disk 2>/dev/null; then
  trap 'umount "$WORK/disk"' EXIT
  # The target's disk and that of temporary files.
  expect 1 "$CZIP" -1 -m "$MODEL" -o disk/out bytes; one_line; stderr_has 'No space left'
  [ -z "$(ls -A disk)" ] || fail 'something stayed on the full disk'
  TMPDIR=$WORK/disk expect 1 "$CZIP" -1 -c -m "$MODEL" bytes >out; one_line
  [ ! -s out ] || fail 'a partial file was released'
else
  echo 'note: cannot mount a small disk here, that part was left out'
fi

# A reader that has left: no message, and the usual status.
leave() { exec <&-; sleep 1; }
set +o pipefail
(status=0; "$CZIP" -dc -m "$MODEL" small.czip 2>.err || status=$?; echo $status >status) | leave
silent
[ "$(cat status)" = 141 ] || fail "status $(cat status) after SIGPIPE"
(trap '' PIPE; status=0; "$CZIP" -dc -m "$MODEL" small.czip 2>.err || status=$?; echo $status >status) | leave
silent
[ "$(cat status)" = 1 ] || fail "status $(cat status) after EPIPE"
set -o pipefail
# A folder where nothing can be created (root may create anywhere but here).
expect 1 "$CZIP" -m "$MODEL" -o /proc/x.czip small; one_line
clean
