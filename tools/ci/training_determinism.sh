#!/bin/sh
# Trains the model of tests/models/v2/model_trainer_test.cpp and the network of recurrent_trainer_test.cpp with GCC and
# clang at the extremes of optimization, and compares their hashes with those stored there. No test runs this script; it takes some minutes.
#
# Usage: training_determinism.sh BUILD_FOLDER
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
builds=$1

check() {
  name=$1 compiler=$2
  shift 2
  # -ffast-math would assume away the infinities that doctest's own printing uses; no header of czip has any.
  cmake -S "$source" -B "$builds/$name" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_FLAGS="$*" -DCZIP_BUILD_TOOLS=OFF >/dev/null
  cmake --build "$builds/$name" --target models.v2.model_trainer_test models.v2.recurrent_trainer_test >/dev/null
  "$builds/$name/tests/models.v2.model_trainer_test" -tc='training gives the same model with every*'
  "$builds/$name/tests/models.v2.recurrent_trainer_test" -tc='training gives the same network with*,every*'
  echo "$name: the same model and network"
}

check gcc-O0 g++ -O0
check gcc-fast-math g++ -O3 -ffast-math
check clang-O0 clang++ -O0
check clang-fast-math clang++ -O3 -ffast-math
