#!/usr/bin/env bash
# Builds czip-static: one program with the built-in model in it that needs no other file, to keep beside an archive.
# Tests that it is static, and that it codes and decodes where there is nothing else.
# Usage: build_static.sh [FILE]             (default: build/static/czip-static)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath -m "${1:-$root/build/static/czip-static}")
cd "$root"
cmake --preset static > /dev/null
cmake --build --preset static
strip -o "$program" build/static/czip

# ldd says so and fails, which is right.
{ ldd "$program" 2>&1 || true; } | grep -qE 'not a dynamic executable|statically linked' || { ldd "$program"; exit 1; }
! readelf -l "$program" | grep INTERP || { echo "$program asks for a loader"; exit 1; }

# A folder with the program and a text, and nothing else: no library, no model, no /proc.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install "$program" "$work/czip"
mkdir "$work/tmp"
cp README.md "$work/tmp/text"
if [ "$(id -u)" -eq 0 ]; then inside=(chroot "$work" /czip); else inside=(unshare -r chroot "$work" /czip); fi
"${inside[@]}" --version
"${inside[@]}" selftest
for level in 1 6 9; do
  "${inside[@]}" -q -f -$level -o /tmp/packed /tmp/text
  "${inside[@]}" -q -f -d -o /tmp/again /tmp/packed
  cmp README.md "$work/tmp/again"
done
"${inside[@]}" -q -r -o /tmp/tree.czip /tmp/text
echo "static: $(stat -c %s "$program") bytes, $program"
