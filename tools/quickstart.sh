#!/usr/bin/env bash
# From a fresh Debian machine to a first round trip: installs packages, builds czip, then compresses, verifies
# and restores a real text. No arguments needed; TEXT and MODEL may be given.
# Usage: tools/quickstart.sh [TEXT [MODEL.czm]]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
text=${1:-/usr/share/common-licenses/GPL-3}
model=${2:-$root/conformance/v1/seeded.czm}
[ -r "$text" ] || text=$root/conformance/czip-v1.md

"$root/tools/install_packages.sh" build
cmake -S "$root" -B "$root/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCZIP_BUILD_TESTS=OFF > /dev/null
cmake --build "$root/build"
czip=$root/build/czip

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$text" "$work/text"
if [ $# -lt 2 ]; then
  cat <<'NOTE'

czip has no trained model of its own yet, so this uses a small model of random weights: every step is the real
one, only the ratio is poor. With a model exported from compress.zip:
  tools/quickstart.sh TEXT MODEL.czm
NOTE
fi

step() { printf '\n$ czip %s\n' "$*"; (cd "$work" && "$czip" "$@"); }
ln -s "$(realpath "$model")" "$work/model.czm"
step verify model.czm
step compress -v -m model.czm text
step list text.czip
step test -m model.czm text.czip
step decompress -v -m model.czm text.czip -o restored
cmp "$work/text" "$work/restored"
printf '\nThe restored text is identical to %s. The command is %s\n' "$text" "$czip"
