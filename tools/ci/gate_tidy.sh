#!/usr/bin/env bash
# clang-tidy, with .clang-tidy, finds nothing in the libraries, the command, the trainers and the Python module.
# JOBS says how many files at a time. Usage: gate_tidy.sh [REGEX of files]
source "$(dirname "$0")/gate.sh"
# A build folder of its own, only configured: clang's own options, and the preset that has all sources.
cmake --preset training -B build/tidy -DCZIP_BUILD_TESTS=OFF -DCMAKE_CXX_COMPILER=clang++ -DCZIP_PYTHON=ON \
  -DPython_EXECUTABLE=/usr/bin/python3 > /dev/null
if ! run-clang-tidy -quiet -j "${JOBS:-2}" -p build/tidy "${1:-.*}" > build/tidy/findings 2>&1; then
  sed 's/\x1b\[[0-9;]*m//g' build/tidy/findings | grep -vE '^(clang-tidy[-0-9]* |[0-9]+ warnings? |$)'
  exit 1
fi
echo "tidy: fine ($(grep -c '"file":' build/tidy/compile_commands.json) sources)"
