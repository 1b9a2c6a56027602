#!/usr/bin/env bash
# Builds czip in another configuration and runs its tests there.
# Usage: configuration_test.sh BUILD_DIR TARGET "CTEST ARGUMENTS" CMAKE_ARGUMENT...
set -euo pipefail
build=$1 target=$2 ctest_arguments=$3
shift 3
root=$(cd "$(dirname "$0")/../.." && pwd)
cmake -S "$root" -B "$build" -G Ninja "$@" > /dev/null
cmake --build "$build" --target "$target" | tail -n 1
# shellcheck disable=SC2086  # the arguments are meant to be split
ctest --test-dir "$build" --output-on-failure $ctest_arguments
