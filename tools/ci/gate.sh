#!/usr/bin/env bash
# Shared by the gates, which check the sources themselves: tools/check.sh runs the quick ones, CI all of them as tests
# with the label "gate". A gate sources this file, works in the project's root, prints its findings, and fails if there
# are any. It reads the files that are there, not git's index, so it works in a copy of the tree, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

source_folders=(engine tokenizer codec models tools tests conformance)
sources() { find "${source_folders[@]}" \( -name '*.[ch]pp' -o -name '*.[ch]' \) | LC_ALL=C sort; }
scripts() {
  echo .ci/run
  find "${source_folders[@]}" -name '*.sh' | LC_ALL=C sort
}
public_headers() { sources | grep '/include/'; }

# Ends a gate: prints the findings that standard input has, and fails if there are any. Usage: ... | findings "NAME"
findings() {
  local count=0 line
  while IFS= read -r line; do
    printf '%s\n' "$line"
    count=$((count + 1))
  done
  if [ "$count" -ne 0 ]; then
    printf '%s: %s findings\n' "$1" "$count"
    return 1
  fi
  printf '%s: fine\n' "$1"
}
