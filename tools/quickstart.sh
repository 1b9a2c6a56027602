#!/usr/bin/env bash
# From a fresh Debian machine to a first round trip: installs packages, builds czip, then compresses, verifies
# and restores a real text with the built-in model. No arguments needed; TEXT may be given, and MODEL, such as one
# exported from compress.zip.
# Usage: tools/quickstart.sh [TEXT [MODEL.czm]]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
text=${1:-/usr/share/common-licenses/GPL-3}
[ -r "$text" ] || text=$root/conformance/czip-v1.md

"$root/tools/install_packages.sh" build
cmake -S "$root" -B "$root/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCZIP_BUILD_TESTS=OFF > /dev/null
cmake --build "$root/build"
czip=$root/build/czip

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$text" "$work/text"
with_model=()
if [ $# -ge 2 ]; then
  ln -s "$(realpath "$2")" "$work/model.czm"
  with_model=(-m model.czm)
fi

step() { printf '\n$ czip %s\n' "$*"; (cd "$work" && "$czip" "$@"); }
step compress -v "${with_model[@]}" text
step list text.czip
step test "${with_model[@]}" text.czip
step decompress -v "${with_model[@]}" text.czip -o restored
cmp "$work/text" "$work/restored"
printf '\nThe restored text is identical to %s. The command is %s\n' "$text" "$czip"
