#!/usr/bin/env bash
# The quick checks of the sources, in under two minutes. CI runs them too, and clang-tidy (tools/ci/gate_tidy.sh).
# Usage: tools/check.sh [NAME...], such as `tools/check.sh borders constants`
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  names=(format shellcheck layout borders constants headers)
  [ ! -e "$root/tools/ci/check_links.sh" ] || names+=(links)
fi
failed=()
for name in "${names[@]}"; do
  gate=$root/tools/ci/gate_$name.sh
  [ "$name" != links ] || gate=$root/tools/ci/check_links.sh
  bash "$gate" || failed+=("$name")
done
[ ${#failed[@]} -eq 0 ] || { echo "check: failed: ${failed[*]}"; exit 1; }
echo 'check: fine'
