#!/usr/bin/env bash
# The targets of conformance/matrix.sh, which sources this file and uses its variables.
# shellcheck disable=SC2034
#
# A line: target, kind (core, cross, native: functions of matrix.sh), compiler, emulator, and for the kind
#   core    options of CMake
#   cross   preset of CMakePresets.json, Debian's name of the architecture
#   native  options of CMake
# An emulator may be followed by a CPU, or by "shared", where it cannot run static programs.
# sh4 is not in it: Debian's qemu-sh4 7.2 does not get through a C program that prints a word.
# mips64r6el is not in it: at -O1 the core gives the signature; at -O0 it crashes in Debian's qemu-mips64el 7.2, and at -O2
# ArithmeticDecoder::read takes the branch for a byte that is there behind the end of the stream, though its machine code
# is right.
# Debian has no C++ compiler for musl (musl-gcc is for C), so there is a static program with glibc instead.
targets_table='
x86-64-gcc       native  g++                             -
x86-64-clang     native  clang++                         -
i386             cross   i686-linux-gnu-g++              qemu-i386      i386 i386
aarch64          cross   aarch64-linux-gnu-g++           qemu-aarch64   aarch64 arm64
armhf            cross   arm-linux-gnueabihf-g++         qemu-arm       armhf armhf
s390x            cross   s390x-linux-gnu-g++             qemu-s390x     s390x s390x
ppc64el          cross   powerpc64le-linux-gnu-g++       qemu-ppc64le   ppc64el ppc64el
mips64el         cross   mips64el-linux-gnuabi64-g++     qemu-mips64el  mips64el mips64el
riscv64          core    riscv64-linux-gnu-g++           qemu-riscv64
sparc64          core    sparc64-linux-gnu-g++           qemu-sparc64
m68k             core    m68k-linux-gnu-g++              qemu-m68k
alpha            core    alpha-linux-gnu-g++             qemu-alpha:shared
hppa             core    hppa-linux-gnu-g++              qemu-hppa
powerpc          core    powerpc-linux-gnu-g++           qemu-ppc
powerpc64        core    powerpc64-linux-gnu-g++         qemu-ppc64
armel            core    arm-linux-gnueabi-g++           qemu-arm
mips             core    mips-linux-gnu-g++              qemu-mips
mipsel           core    mipsel-linux-gnu-g++            qemu-mipsel
mips64           core    mips64-linux-gnuabi64-g++       qemu-mips64
mips32r6el       core    mipsisa32r6el-linux-gnu-g++     qemu-mipsel:mips32r6-generic
wasm32           core    clang++-19                      node
windows-x64      core    x86_64-w64-mingw32-g++-posix    wine
O0               core    g++                             -              -DCMAKE_CXX_FLAGS_RELEASE=-O0
Ofast            core    g++                             -              -DCMAKE_CXX_FLAGS_RELEASE=-Ofast
Ofast-clang      core    clang++                         -              -DCMAKE_CXX_FLAGS_RELEASE=-Ofast
unsigned-char    core    g++                             -              -DCMAKE_CXX_FLAGS=-funsigned-char
lto              core    g++                             -              -DCMAKE_CXX_FLAGS=-flto=auto
static           core    g++                             -              -DCMAKE_EXE_LINKER_FLAGS=-static
'

all_targets() { awk 'NF { print $1 }' <<< "$targets_table"; }

# Sets kind, cxx, emulator, emulator_name, packages, cmake_options, suffix and, for the kind cross, preset and sysroot.
describe() { # TARGET
  local line runner rest triplet
  line=$(awk -v target="$1" '$1 == target' <<< "$targets_table")
  [ -n "$line" ] || return 1
  read -r _ kind cxx runner rest <<< "$line"
  suffix=exe
  emulator_name=${runner#-}
  emulator=()
  packages=(cmake ninja-build ccache)
  cmake_options=("-DCMAKE_CXX_COMPILER=$cxx")
  triplet=${cxx%-g++}
  case $runner in
    -) emulator_name=none ;;
    qemu-*:shared) emulator=("${runner%:*}" -L "/usr/$triplet") ;;
    qemu-*:*) emulator=("${runner%:*}" -cpu "${runner#*:}") ;;
    wine) emulator=(env WINEDEBUG=-all wine) ;;
    node) emulator=(node --no-warnings conformance/core/wasi.mjs) ;;
    *) emulator=("$runner") ;;
  esac
  case $cxx in
    g++ | clang++) ;;
    clang++-19)
      suffix=wasm
      packages+=(clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32 nodejs)
      cmake_options=(-DCMAKE_TOOLCHAIN_FILE=tools/ci/toolchain-wasm32.cmake)
      ;;
    *mingw32*)
      packages+=(g++-mingw-w64-x86-64-posix wine wine64)
      cmake_options+=(-DCMAKE_SYSTEM_NAME=Windows -DCMAKE_SYSTEM_PROCESSOR=AMD64 -DCMAKE_EXE_LINKER_FLAGS=-static)
      ;;
    *)
      packages+=("g++-${triplet//_/-}" qemu-user)
      cmake_options+=(-DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$1" -DCMAKE_EXE_LINKER_FLAGS=-static)
      ;;
  esac
  # A later value of the same option counts.
  [[ $runner != *:shared ]] || cmake_options+=(-DCMAKE_EXE_LINKER_FLAGS=)
  case $kind in
    cross)
      read -r preset sysroot <<< "$rest"
      cmake_options=()
      ;;
    *)
      # shellcheck disable=SC2206  # options have no spaces
      cmake_options+=($rest)
      ;;
  esac
}
