#!/usr/bin/env bash
# no_floats_bites.sh OBJDUMP OBJECT: no_floats.sh finds each function of float_samples.cpp that computes with floats, and
# no other.
set -euo pipefail
status=0
findings=$("$(dirname "$0")/no_floats.sh" "$@") || status=$?
[ $status -ne 77 ] || exit 77
found=$(sed -nE 's/.* in czip::test::(float|integer)_([a-z_]*)\(.*/\1_\2/p' <<< "$findings" | sort -u)
wanted=$("$1" -t -C "$2" | sed -nE 's/.* czip::test::(float_[a-z_]*)\(.*/\1/p' | sort -u)
if [ $status -ne 1 ] || [ "$found" != "$wanted" ] || [ "$(wc -l <<< "$wanted")" -ne 8 ]; then
  printf 'status %s, found:\n%s\n' "$status" "$findings"
  exit 1
fi
wc -l <<< "$found"
