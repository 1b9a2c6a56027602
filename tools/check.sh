#!/usr/bin/env bash
# Runs the quick gates on the sources, in under two minutes. CI runs them and clang-tidy (tools/ci/gate_tidy.sh).
# Usage: tools/check.sh [NAME...], such as `tools/check.sh borders constants`
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
names=("$@")
[ ${#names[@]} -ne 0 ] || names=(format shellcheck layout borders constants printing headers links)
failed=()
for name in "${names[@]}"; do
  bash "$root/tools/ci/gate_$name.sh" || failed+=("$name")
done
[ ${#failed[@]} -eq 0 ] || { echo "check: failed: ${failed[*]}"; exit 1; }
echo 'check: fine'
