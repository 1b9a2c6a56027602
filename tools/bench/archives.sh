#!/usr/bin/env bash
# Compares archives: of a tree of 2,000 files with odd names, made of the given texts, bytes of the archive after adding it
# and after each of two updates, and seconds of processor time, each program on one thread, of adding, listing, extracting
# one file, extracting all, updating, and extracting the first version. A line begins with "!" where what was extracted is
# not what was packed. Run it on a machine that does nothing else. Programs that are not installed are left out.
# Usage: [CZIP=build/release/czip] [FILES=2000] tools/bench/archives.sh TEXT...
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: [CZIP=build/release/czip] [FILES=2000] $0 TEXT..." >&2; exit 1; }
root=$(cd "$(dirname "$0")/../.." && pwd)
CZIP=$(realpath "${CZIP:-$root/build/release/czip}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seven=$(command -v 7zz || command -v 7z || echo 7zz)
texts=()
for text in "$@"; do texts+=("$(realpath "$text")"); done
cd "$work"

"$root/tools/bench/make_tree.py" new tree "${FILES:-2000}" "${texts[@]}"
cp -a tree first
cp -a tree second
"$root/tools/bench/make_tree.py" change second 1
cp -a second third
"$root/tools/bench/make_tree.py" change third 2
one='folder 15/deeper/deeper/deeper/plain-1164.txt'
[ -e "first/$one" ] || one=$(cd first && find . -type f -size +2 -name 'plain*' | sort | sed 's,^\./,,;q')

# Each works in a folder with tree/, and makes or reads ./archive.*
add() {
  case $1 in
    czip*) "$CZIP" -q -T1 --no-verify -r "${1#czip }" -o archive.czip tree ;;
    zpaq*) zpaq a archive.zpaq tree "-m${1#zpaq -m}" -t1 ;;
    7z*) "$seven" a -bd -mmt=1 -m0=PPMd:o=16:mem=256m archive.7z tree ;;
    tar*) tar cf - tree | xz -T1 -9e > archive.tar.xz ;;
  esac
}
update() {
  case $1 in
    czip*) "$CZIP" -q -T1 --no-verify "${1#czip }" -a archive.czip tree ;;
    zpaq*) zpaq a archive.zpaq tree "-m${1#zpaq -m}" -t1 ;;
    7z*) "$seven" u -bd -mmt=1 -up0q0r2x2y2z1w2 -m0=PPMd:o=16:mem=256m archive.7z tree ;;
    tar*) tar cf - tree | xz -T1 -9e > archive.tar.xz ;;
  esac
}
list() {
  case $1 in
    czip*) "$CZIP" -l archive.czip ;;
    zpaq*) zpaq l archive.zpaq ;;
    7z*) "$seven" l archive.7z ;;
    tar*) tar tvf archive.tar.xz ;;
  esac
}
extract() { # PROGRAM [PATH]
  mkdir -p out
  case $1 in
    czip*) "$CZIP" -q -d -T1 -o out archive.czip ${2:+"$2"} ;;
    zpaq*) (cd out && zpaq x ../archive.zpaq ${2:+"$2"} -t1) ;;
    7z*) "$seven" x -bd -y -mmt=1 -oout archive.7z ${2:+"$2"} ;;
    tar*) tar xf archive.tar.xz -C out ${2:+"$2"} ;;
  esac
}
extract_first_version() {
  mkdir -p out
  case $1 in
    czip*) "$CZIP" -q -d -T1 --at 1 -o out archive.czip ;;
    zpaq*) (cd out && zpaq x ../archive.zpaq -until 1 -t1) ;;
  esac
}
installed() {
  case $1 in
    czip*) [ -x "$CZIP" ] ;;
    7z*) command -v "$seven" > /dev/null ;;
    tar*) command -v xz > /dev/null ;;
    *) command -v "${1%% *}" > /dev/null ;;
  esac
}
# COMMAND...: runs it and puts its user and system seconds into $seconds.
timed() {
  local TIMEFORMAT='%U %S'
  seconds=$({ time "$@" > log 2> errors || echo "$*" >> failed; } 2>&1)
  seconds=$(awk '{printf "%.2f", $1 + $2}' <<< "$seconds")
}
tree_of() { (cd "$1" && find . -printf '%P\0%y %l ' \( -type f -exec sha256sum -b {} \; -o -printf '\n' \) | sha256sum); }
# FOLDER: whether out/tree is that tree.
is() { [ "$(tree_of out/tree)" = "$(tree_of "$1")" ] || mark='!'; }

size=$(find first -type f -printf '%i %s\n' | sort -u | awk '{s += $2} END {print s}')
echo "$(find first | wc -l) entries, $size bytes in files"
echo
echo '| program   | bytes      | after update 1 | after update 2 |    add |   list | extract one | extract all | update 1 | update 2 | version 1 |'
echo '|-----------|-----------:|---------------:|---------------:|-------:|-------:|------------:|------------:|---------:|---------:|----------:|'
for program in 'czip -6' 'czip -7' 'zpaq -m1' 'zpaq -m5' '7z PPMd' 'tar + xz -9e'; do
  if ! installed "$program"; then
    echo "$0: $program is not installed" >&2
    continue
  fi
  mark='|'
  rm -rf out archive.* tree failed
  cp -a first tree
  timed add "$program"; added=$seconds
  sizes=("$(stat -c %s archive.*)")
  timed list "$program"; listed=$seconds
  timed extract "$program" "tree/$one"; extracted=$seconds
  cmp -s "out/tree/$one" "first/$one" || mark='!'
  rm -rf out
  timed extract "$program"; all=$seconds
  is first
  updates=()
  for version in second third; do
    rm -rf tree; cp -a $version tree
    timed update "$program"; updates+=("$seconds")
    sizes+=("$(stat -c %s archive.*)")
    rm -rf out
    extract "$program" > log 2>&1 || true
    is $version
  done
  earliest=-
  if [[ $program == czip* || $program == zpaq* ]]; then
    rm -rf out
    timed extract_first_version "$program"; earliest=$seconds
    is first
  fi
  printf '%s %-9s | %10d | %14d | %14d | %6s | %6s | %11s | %11s | %8s | %8s | %9s |\n' "$mark" "$program" "${sizes[@]}" \
    "$added" "$listed" "$extracted" "$all" "${updates[@]}" "$earliest"
  [ ! -s failed ] || sed "s/^/$program: failed: /" failed >&2
done
