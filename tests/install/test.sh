#!/usr/bin/env bash
# Installs a build tree and compiles a consumer against it, through CMake's package and through pkg-config.
# Usage: test.sh BUILD_DIR V1_MODEL V2_MODEL WORK_DIR
set -euo pipefail
build=$1 v1_model=$2 v2_model=$3 work=$4
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$work"
cmake --install "$build" --prefix "$work/prefix" > /dev/null
"$work/prefix/bin/czip" --version
for file in man/man1/czip.1 bash-completion/completions/czip zsh/site-functions/_czip fish/vendor_completions.d/czip.fish; do
  grep -q salvage "$work/prefix/share/$file" || { echo "share/$file lacks options"; exit 1; }
done

cmake -S "$here" -B "$work/cmake" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" > /dev/null
cmake --build "$work/cmake" > /dev/null
"$work/cmake/consumer" "$v1_model" "$v2_model"
echo "find_package(czip): works"

libdir=$(dirname "$(find "$work/prefix" -name libczip_codec.a)")
export PKG_CONFIG_PATH=$libdir/pkgconfig
# shellcheck disable=SC2046  # the flags are meant to be split
"${CXX:-c++}" -std=c++20 "$here/consumer.cpp" -o "$work/pkg-config-consumer" \
  $(pkg-config --define-variable=prefix="$work/prefix" --static --cflags --libs czip)
"$work/pkg-config-consumer" "$v1_model" "$v2_model"
echo "pkg-config czip: works"
