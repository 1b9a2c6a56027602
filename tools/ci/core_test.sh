#!/usr/bin/env bash
# Builds the core alone on Linux, macOS or Windows (in a bash such as git's), with the header-only libraries of the
# system's package manager, and tests it: the signature and the stored files. Usage: core_test.sh [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build/core}
options=()
case $(uname -s) in
  Linux)
    if command -v apt-get > /dev/null; then
      SUDO=$(command -v sudo || true)
      $SUDO apt-get update -q
      $SUDO apt-get install -y -q --no-install-recommends g++ cmake ninja-build nlohmann-json3-dev libexpected-dev \
        libxxhash-dev
    fi
    ;;
  Darwin)
    brew install -q ninja nlohmann-json xxhash tl-expected
    options+=("-DCZIP_HEADERS=$(brew --prefix)/include")
    ;;
  *)
    # Windows, with the MinGW that is in the PATH.
    vcpkg install --triplet x64-mingw-static nlohmann-json tl-expected xxhash
    options+=("-DCZIP_HEADERS=$VCPKG_INSTALLATION_ROOT/installed/x64-mingw-static/include" -DCMAKE_CXX_COMPILER=g++
      -DCMAKE_EXE_LINKER_FLAGS=-static)
    ;;
esac
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCZIP_CORE=ON "${options[@]}"
cmake --build "$build"
ctest --test-dir "$build" --output-on-failure --no-tests=error --verbose
