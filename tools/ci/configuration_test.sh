#!/usr/bin/env bash
# Builds czip by a preset of CMakePresets.json, which says what is built, and runs the tests that it names.
# Usage: configuration_test.sh PRESET
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset "$1" > /dev/null
log=build/$1/build.log
cmake --build --preset "$1" > "$log" || { grep -A 20 '^FAILED' "$log" || tail -n 20 "$log"; exit 1; }
ctest --preset "$1" -j2
