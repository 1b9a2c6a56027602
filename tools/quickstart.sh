#!/usr/bin/env bash
# From a fresh Debian machine to a first round trip: installs packages, builds czip, then compresses, verifies
# and restores a real text, with the built-in model and in compress.zip's format with czip's own model for it. No
# arguments needed; TEXT may be given, and MODEL, such as one exported from compress.zip, instead of the latter.
# Usage: tools/quickstart.sh [TEXT [MODEL.czm]]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
text=${1:-/usr/share/common-licenses/GPL-3}
[ -r "$text" ] || text=$root/conformance/czip-v1.md

"$root/tools/install_packages.sh" build
# The binary that tools/test.sh tests: the same preset in the same folder, less the tests and what they need.
cd "$root"
cmake --preset release -DCZIP_BUILD_TESTS=OFF > /dev/null
cmake --build --preset release
cd "$OLDPWD"
czip=$root/build/release/czip

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$text" "$work/text"
ln -s "$(realpath "${2:-$root/models/english-v1.czm}")" "$work/model.czm"

step() { printf '\n$ czip %s\n' "$*"; (cd "$work" && "$czip" "$@"); }
round_trip() { # [-m MODEL]
  step compress -v "$@" text
  step list text.czip
  step test "$@" text.czip
  step decompress -v "$@" text.czip -o restored
  cmp "$work/text" "$work/restored"
  rm "$work/text.czip" "$work/restored"
}
round_trip
round_trip -m model.czm
step verify model.czm
printf '\nThe restored texts are identical to %s. The command is %s\n' "$text" "$czip"
