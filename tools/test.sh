#!/usr/bin/env bash
# Installs packages, builds czip by the preset "release", as tools/quickstart.sh does, with the Python package, and runs
# every test: its own, the gates on the sources, and those of the other presets (network training, sanitizers, clang,
# fuzzing; i386, aarch64, s390x, RISC-V and WebAssembly under emulation). Ends with ctest's summary.
# Usage: tools/test.sh [extra ctest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
tools/install_packages.sh test
# The presets share most of what is compiled with one another, and with the build before.
export CMAKE_CXX_COMPILER_LAUNCHER=ccache
# Debian's Python has the packages, whatever other is in PATH.
cmake --preset release -DCZIP_TEST_CONFIGURATIONS=ON -DCZIP_PYTHON=ON -DPython_EXECUTABLE=/usr/bin/python3 > /dev/null
cmake --build --preset release
ctest --preset release -j2 "$@"
