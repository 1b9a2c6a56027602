#!/usr/bin/env bash
# Builds czip for another processor and runs the tests that suit emulation under qemu-user.
# Needs Debian's g++-i686-linux-gnu, g++-aarch64-linux-gnu or g++-s390x-linux-gnu, qemu-user, cmake, ninja-build, pkg-config.
# Usage: cross_test.sh i386|aarch64|s390x
set -euo pipefail
cd "$(dirname "$0")/../.."
case ${1:-} in
  i386) debian_arch=i386 ;;
  aarch64) debian_arch=arm64 ;;
  s390x) debian_arch=s390x ;;
  *) echo "usage: $0 i386|aarch64|s390x" >&2; exit 2 ;;
esac

sysroot=build/sysroot-$debian_arch
[ -d "$sysroot" ] || tools/ci/fetch_sysroot.sh "$debian_arch" "$sysroot"
tools/ci/configuration_test.sh "$1"

if [ "$1" = aarch64 ]; then
  # qemu's default CPU has every extension; this one lacks the dot product.
  QEMU_CPU=cortex-a53 ctest --preset aarch64 -R '^engine\.v[12]\.kernels$'
fi
