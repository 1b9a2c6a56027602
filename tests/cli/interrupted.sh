# A signal, a full disk, a closed pipe: nothing false and nothing unfinished stays.
source "$(dirname "$0")/common.sh"
text 200000 >large
text 20 >small

# Sends the signal while the output is being written. env undoes what the calling shell ignores.
interrupt() {
  local signal=$1 status=0 pid
  env --default-signal=INT,TERM,HUP,PIPE "$CZIP" -T 1 --simd scalar -m "$MODEL" large 2>.err &
  pid=$!
  wait_for '.large.czip.czip-*'
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
full() { expect 1 "$CZIP" "$@" >/dev/full; one_line; stderr_has 'No space left'; }
full -c -m "$MODEL" small
full --help
full -V
full verify "$MODEL"
full selftest --simd scalar
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

# A reader that has left: no message, and the usual status. It closes its end, then lets the writer begin.
mkfifo gone
leave() { exec <&-; echo >gone; }
decompress_to_nobody() {
  local status=0
  read -r _ <gone
  "$CZIP" -dc -m "$MODEL" small.czip 2>.err || status=$?
  echo $status >status
}
set +o pipefail
decompress_to_nobody | leave
silent
[ "$(cat status)" = 141 ] || fail "status $(cat status) after SIGPIPE"
(trap '' PIPE; decompress_to_nobody) | leave
silent
[ "$(cat status)" = 1 ] || fail "status $(cat status) after EPIPE"
set -o pipefail
# A folder where nothing can be created, not even by root.
expect 1 "$CZIP" -m "$MODEL" -o /proc/x.czip small; one_line
clean
