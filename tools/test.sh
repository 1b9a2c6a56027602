#!/usr/bin/env bash
# Installs packages, builds czip and runs every test, those of the other configurations included: sanitizers,
# clang, and aarch64 and s390x under emulation. Ends with ctest's summary.
# Usage: tools/test.sh [extra ctest arguments]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/tools/install_packages.sh" test
cmake -S "$root" -B "$root/build/release" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCZIP_BUILD_BENCHMARKS=ON -DCZIP_TRAIN_NETWORK=ON -DCZIP_TEST_CONFIGURATIONS=ON > /dev/null
cmake --build "$root/build/release"
ctest --test-dir "$root/build/release" -j2 --output-on-failure "$@"
