#!/usr/bin/env bash
# Installs the Debian packages that czip needs, as root or through sudo.
# Usage: install_packages.sh build|test|bench|package|python|PACKAGE...
set -euo pipefail

build_packages=(
  g++ cmake ninja-build pkg-config ca-certificates
  libexpected-dev nlohmann-json3-dev libxxhash-dev
  libpcre2-dev libbrotli-dev libzstd-dev liblzma-dev libmd-dev
)
test_packages=(
  doctest-dev libbenchmark-dev clang clang-format clang-tidy shellcheck ccache
  libopenblas-pthread-dev groff-base mandoc zsh fish python3 file shared-mime-info libglib2.0-bin
)
# What tools/packaging/test_packages.sh makes, checks and installs Debian's packages with.
package_packages=(dpkg-dev fakeroot lintian mmdebstrap)
# What tools/bench/bench.py compares czip with.
bench_packages=(python3 gzip zstd brotli xz-utils bzip3 7zip zpaq)
# Of tools/python: to build it, and to test it.
python_packages=(
  python3 python3-dev pybind11-dev python3-setuptools python3-wheel python3-pip
  python3-pytest
)
# Of the other machines that CI tests, by compilers that Debian has on x86-64 only.
machine_packages=(
  g++-i686-linux-gnu g++-aarch64-linux-gnu g++-s390x-linux-gnu g++-riscv64-linux-gnu qemu-user
  clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32 nodejs
)
[ "$(dpkg --print-architecture)" != amd64 ] || test_packages+=("${machine_packages[@]}")

case ${1:-} in
  build) packages=("${build_packages[@]}") ;;
  test) packages=("${build_packages[@]}" "${test_packages[@]}" "${python_packages[@]}") ;;
  bench) packages=("${bench_packages[@]}") ;;
  package) packages=("${build_packages[@]}" "${package_packages[@]}" "${python_packages[@]}") ;;
  python) packages=("${build_packages[@]}" "${python_packages[@]}") ;;
  '' | -*) echo "usage: $0 build|test|bench|package|python|PACKAGE..." >&2; exit 1 ;;
  *) packages=("$@") ;;
esac

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || { echo "$0: run as root, or install sudo" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
