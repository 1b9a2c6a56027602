#!/usr/bin/env bash
# Compares czip with other compressors: bits per byte of each text, and speed over all of them, as a Markdown table.
# Speed is text bytes per second of processor time, each program on one thread; czip does not verify what it wrote.
# Every file is restored and compared. Run it on a machine that does nothing else. Programs that are not installed are
# left out (Debian: xz-utils zstd brotli zpaq 7zip).
# Usage: [CZIP=build/release/czip] tools/bench/peers.sh TEXT...
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: [CZIP=build/release/czip] $0 TEXT..." >&2; exit 1; }
root=$(cd "$(dirname "$0")/../.." && pwd)
CZIP=$(realpath "${CZIP:-$root/build/release/czip}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seven=$(command -v 7zz || command -v 7z || echo 7zz)

# Each program reads ./in and writes ./packed, then reads ./packed and writes ./out.
programs=('czip -6' 'czip -7' 'xz -9e' 'zstd -22' 'brotli -11' 'zpaq -m5' '7z PPMd')
pack() {
  case $1 in
    czip*) "$CZIP" -c -q -T1 --no-verify "${1#czip }" in > packed ;;
    xz*) xz -T1 -9e -c in > packed ;;
    zstd*) zstd -q -T1 --single-thread --ultra -22 -c in > packed ;;
    brotli*) brotli -q 11 -w 24 -c in > packed ;;
    zpaq*) zpaq a packed.zpaq in -m5 -t1 > log 2>&1 && mv packed.zpaq packed ;;
    7z*) "$seven" a -bd -mmt=1 -m0=PPMd:o=16:mem=256m packed.7z in > log && mv packed.7z packed ;;
  esac
}
unpack() {
  case $1 in
    czip*) "$CZIP" -d -c -q -T1 < packed > out ;;
    xz*) xz -T1 -dc < packed > out ;;
    zstd*) zstd -q -dc < packed > out ;;
    brotli*) brotli -dc < packed > out ;;
    zpaq*) mv packed packed.zpaq && zpaq x packed.zpaq in -to out -t1 > log 2>&1 && mv packed.zpaq packed ;;
    7z*) "$seven" x -so -mmt=1 packed > out ;;
  esac
}
installed() {
  case $1 in
    czip*) [ -x "$CZIP" ] ;;
    7z*) command -v "$seven" > /dev/null ;;
    *) command -v "${1%% *}" > /dev/null ;;
  esac
}
# COMMAND...: runs it and puts its user and system seconds into $seconds.
timed() {
  local TIMEFORMAT='%U %S'
  seconds=$({ time "$@" 2> errors >&2; } 2>&1) || { cat errors >&2; echo "$0: $* failed" >&2; exit 1; }
  seconds=$(awk '{print $1 + $2}' <<< "$seconds")
}

texts=()
for text in "$@"; do texts+=("$(realpath "$text")"); done
cd "$work"
header='| program    |' line='|------------|'
for text in "${texts[@]}"; do
  header+=$(printf ' %12s |' "$(basename "$text")")
  line+='-------------:|'
done
printf '%s %15s | %17s |\n' "$header" 'compress, kB/s' 'decompress, kB/s'
printf '%s----------------:|------------------:|\n' "$line"
for program in "${programs[@]}"; do
  if ! installed "$program"; then
    echo "$0: $program is not installed" >&2
    continue
  fi
  printf '| %-10s |' "$program"
  bytes=0 pack_seconds=0 unpack_seconds=0
  for text in "${texts[@]}"; do
    rm -rf ./*
    cp "$text" in
    timed pack "$program"
    pack_seconds="$pack_seconds + $seconds"
    timed unpack "$program"
    unpack_seconds="$unpack_seconds + $seconds"
    cmp -s in out || { echo "$0: $program did not restore $text" >&2; exit 1; }
    size=$(stat -c %s in)
    bytes=$((bytes + size))
    awk -v packed="$(stat -c %s packed)" -v size="$size" 'BEGIN {printf " %12.2f |", 8 * packed / size}'
  done
  awk "BEGIN {
    printf \" %15.0f |\", $bytes / 1000 / ($pack_seconds + 1e-6)
    printf \" %17.0f |\\n\", $bytes / 1000 / ($unpack_seconds + 1e-6)
  }"
done
