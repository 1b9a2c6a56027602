#!/usr/bin/env bash
# Shows that the build is reproducible: builds the sources twice, in folders of different names and depths, with another
# umask, time zone, locale and time of day, without any cache, and compares what comes out byte for byte.
# Usage: test_reproducible.sh [--only TARGET] [WORK_DIR]     (default: all packages; build/test-reproducible)
#   --only TARGET  builds and compares that target alone, such as czip_tokenizer: a few minutes instead of many
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=
[ "${1:-}" != --only ] || { target=${2:?a target}; shift 2; }
work=$(realpath -m "${1:-$root/build/test-reproducible}")
cd "$root"
SOURCE_DATE_EPOCH=$(git -c safe.directory="$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH CCACHE_DISABLE=1
unset CMAKE_CXX_COMPILER_LAUNCHER
rm -rf "$work"
places=("$work/one" "$work/a second, longer place/two")

# build PLACE: a copy of the files under git, built there.
build() {
  local place=$1
  mkdir -p "$place"
  git -c safe.directory="$root" ls-files -z | tar -c --null -T - | tar -x -C "$place" --touch
  cd "$place"
  if [ -n "$target" ]; then
    cmake --preset package > /dev/null
    cmake --build --preset package --target "$target"
  else
    tools/packaging/build_packages.sh "$place/packages"
  fi
  cd "$root"
}
(umask 022; TZ=UTC LC_ALL=C build "${places[0]}")
(umask 077; TZ=Asia/Tokyo LC_ALL=C.UTF-8 build "${places[1]}")

# What is compared: the packages with all that is in them, and what they were made of.
results() {
  if [ -n "$target" ]; then find build/package -name "*.a" -o -name "*.so.*" -type f -o -name czip -type f -perm -u+x
  else find packages build/package/czip build/package/codec/libczip.* -type f -o -name '*.so.*' -type f
  fi | sort
}
mapfile -t files < <(cd "${places[0]}" && results)
[ ${#files[@]} -gt 0 ] || { echo "test_reproducible: nothing was built" >&2; exit 1; }
cmp <(cd "${places[0]}" && results) <(cd "${places[1]}" && results)
differ=()
for file in "${files[@]}"; do
  cmp "${places[0]}/$file" "${places[1]}/$file" || differ+=("$file")
done
[ ${#differ[@]} -eq 0 ] || { echo "test_reproducible: not reproducible: ${differ[*]}" >&2; exit 1; }
(cd "${places[0]}" && sha256sum "${files[@]}")
echo "reproducible: ${#files[@]} files are the same, byte for byte"
