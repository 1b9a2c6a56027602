#!/usr/bin/env bash
# Replays the corpora of tests/fuzz/run.sh and the seeds in a build that counts, and prints the lines covered of each
# folder. Usage: coverage.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/build/coverage
flags='-O1 -g1 -fprofile-instr-generate -fcoverage-mapping'
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS="$flags -Wno-pass-failed" \
  -DCZIP_TRAIN_NETWORK=ON -DCZIP_DEFAULT_MODEL= > /dev/null
cmake --build "$build" --parallel "${JOBS:-2}" --target fuzzers > "$build/build.log"
LLVM_PROFILE_FILE=/dev/null "$build/tests/fuzz/fuzz_seeds" "$build/seeds"
objects=()
rm -f "$build"/*.profraw
for folder in "$build"/seeds/*; do
  target=$(basename "$folder")
  program=$build/tests/fuzz/fuzz_$target
  LLVM_PROFILE_FILE=$build/$target.profraw "$program" "$folder" "build/fuzz/corpus/$target" \
    "tests/fuzz/corpus/$target" > "$build/$target.log"
  objects+=(-object "$program")
done
llvm-profdata merge -o "$build/all.profdata" "$build"/*.profraw
llvm-cov export -summary-only -instr-profile "$build/all.profdata" "${objects[@]}" |
  python3 -c '
import collections, json, os, sys
lines = collections.defaultdict(lambda: [0, 0])
for file in json.load(sys.stdin)["data"][0]["files"]:
    path = os.path.relpath(file["filename"])
    if path.startswith(("..", "tests", "/usr")):
        continue
    folder = os.path.dirname(path)
    count = file["summary"]["lines"]
    lines[folder][0] += count["covered"]
    lines[folder][1] += count["count"]
for folder, (covered, count) in sorted(lines.items()):
    print(f"{folder:45} {covered:6} of {count:6} lines, {100 * covered // max(count, 1):3} %")
'
