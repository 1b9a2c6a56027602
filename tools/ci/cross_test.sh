#!/bin/sh
# Builds czip for another processor and runs the tests that suit emulation under qemu-user:
#
#   tools/ci/cross_test.sh aarch64|s390x [BUILD_DIR]
#
# Needs Debian's g++-aarch64-linux-gnu or g++-s390x-linux-gnu, qemu-user, cmake, ninja-build, pkg-config.
# JOBS says how many processes build and test at a time.
set -eu

case ${1-} in
  aarch64) debian_arch=arm64 ;;
  s390x) debian_arch=s390x ;;
  *)
    echo "usage: $0 aarch64|s390x [BUILD_DIR]" >&2
    exit 2
    ;;
esac
arch=$1
jobs=${JOBS:-$(nproc)}
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build_dir=${2:-$source_dir/build/$arch}
sysroot=$source_dir/build/sysroot-$debian_arch

[ -d "$sysroot" ] || "$source_dir/tools/ci/fetch_sysroot.sh" "$debian_arch" "$sysroot"
cmake --preset "$arch" -S "$source_dir" -B "$build_dir"
cmake --build "$build_dir" --target cross_tests -j "$jobs"
ctest --test-dir "$build_dir" -L cross --no-tests=error --output-on-failure -j "$jobs"

if [ "$arch" = aarch64 ]; then
  # qemu's default CPU has every extension; this one lacks the dot product.
  QEMU_CPU=cortex-a53 ctest --test-dir "$build_dir" -L cross -R '^kernels_test$' --no-tests=error \
    --output-on-failure
fi
