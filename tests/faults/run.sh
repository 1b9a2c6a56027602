#!/usr/bin/env bash
# Injects every fault of tests/faults into a build, in full, and prints how many were survived; takes an hour or so.
# The tests "faults.*" of CTest take a small part of it. Usage: run.sh [BUILD_FOLDER [calls|signals|damage...]]
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
build=${1:-build/release}
shift || true
parts=("$@")
[ ${#parts[@]} -ne 0 ] || parts=(calls signals damage)
programs=$build/tests/faults
model=conformance/v1/seeded.czm
tiny=$PWD/$build/tests/make_v2_tiny_model
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for part in "${parts[@]}"; do
  case $part in
    calls) "$programs/faults_calls" "$build/czip" "$programs/libfaults_shim.so" "$work/calls" "$model" "$tiny" 200 ;;
    signals) "$programs/faults_signals" "$build/czip" "$work/signals" "$model" "$tiny" 20 ;;
    damage) "$programs/faults_damage" "$model" 1 3000 ;;
    *) echo "usage: $0 [BUILD_FOLDER [calls|signals|damage...]]" >&2; exit 2 ;;
  esac || status=1
done
exit $status
