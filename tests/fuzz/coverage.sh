#!/usr/bin/env bash
# Prints how much of each folder the corpora of run.sh and the seeds reach, in edges between basic blocks: of each
# function, those that the best target covers. Functions that no target links are not counted. Usage: coverage.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/build/fuzz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in "$build"/seeds/*; do
  target=$(basename "$folder")
  folders=("$folder")
  for more in "$build/corpus/$target" "tests/fuzz/corpus/$target"; do [ ! -d "$more" ] || folders+=("$more"); done
  TMPDIR=$work "$build/tests/fuzz/fuzz_$target" -runs=0 -print_coverage=1 "${folders[@]}" > "$work/$target" 2>&1
done
sed -nE "s|^(UN)?COVERED_FUNC: hits: [0-9]+ edges: ([0-9]+)/([0-9]+) (.*) $build/../../([^ ]*)/([^/ ]*)$|\2 \3 \5 \6 \4|p" \
  "$work"/* | awk '
  $3 ~ /^tests/ { next }
  {
    folder = $3
    sub(/\/include\/czip\/(engine|tokenizer|codec|training)/, "/src", folder)
    name = $0
    sub(/^[0-9]+ [0-9]+ /, "", name)
    place[name] = folder
    if ($2 > all[name]) all[name] = $2
    if ($1 > reached[name]) reached[name] = $1
  }
  END {
    for (name in place) { total[place[name]] += all[name]; covered[place[name]] += reached[name] }
    for (folder in total)
      printf "%-40s %6d of %6d edges, %3d %%\n", folder, covered[folder], total[folder],
        100 * covered[folder] / total[folder]
  }' | LC_ALL=C sort
