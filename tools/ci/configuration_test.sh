#!/usr/bin/env bash
# Builds czip by a preset of CMakePresets.json, which says what is built, and runs the tests that it names.
# Usage: configuration_test.sh PRESET
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake --preset "$1" > /dev/null
cmake --build --preset "$1" | tail -n 1
ctest --preset "$1" -j2
