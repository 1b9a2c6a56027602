#!/usr/bin/env bash
# Builds the fuzzers (preset "asan-ubsan") and runs each of them for some time, one after another, on a corpus that stays in
# build/fuzz/corpus for the next time. Then keeps of each corpus only what adds coverage, and adds the run to the log
# build/fuzz/log.tsv: date, target, seconds of CPU time, executions, inputs in the corpus.
# A crash leaves its input in build/fuzz/found and ends the run with status 1.
# Usage: run.sh [SECONDS [TARGET...]]   SECONDS are for all targets together, 120 unless given
#   FUZZ_NO_BUILD=1  takes the programs that are there
#   FUZZ_NO_MERGE=1  leaves the corpora as they are
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-120}
shift || true
all=(simd v1_json v1_container v1_model v2_container salvage recovery raw_record record_index v2_model round_trip
  c_api_calls c_api_stream gguf imported_gguf hugging_face llm_network llm_tokenizer checkpoint armour options tar archive)
targets=("$@")
[ ${#targets[@]} -ne 0 ] || targets=("${all[@]}")
build=$PWD/build/fuzz
mkdir -p "$build/corpus" "$build/found"
if [ "${FUZZ_NO_BUILD:-0}" != 1 ]; then
  cmake --preset asan-ubsan > /dev/null
  cmake --build --preset asan-ubsan --target fuzzers > "$build/build.log" || { tail -n 30 "$build/build.log"; exit 1; }
fi
trap 'rm -rf "$build/seeds.$$" "$build/times.$$"' EXIT
programs=$PWD/build/asan-ubsan/tests/fuzz
seeds=$build/seeds.$$
"$programs/fuzz_seeds" "$seeds"
export TMPDIR=$build/tmp ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
export CZIP_TEST_FAST=1
mkdir -p "$TMPDIR"
# What `times`, which must be of this shell, has written about the programs that have ended.
cpu_seconds() { awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' "$build/times.$$"; }
status=0
each=$((seconds / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
for target in "${targets[@]}"; do
  corpus=$build/corpus/$target
  kept=tests/fuzz/corpus/$target
  mkdir -p "$corpus"
  options=(-rss_limit_mb=2048 -timeout=180 -max_total_time="$each" -print_final_stats=1 -reload=0 -report_slow_units=600
    -artifact_prefix="$build/found/$target-")
  [ ! -e "tests/fuzz/$target.dict" ] || options+=(-dict="tests/fuzz/$target.dict")
  folders=("$corpus" "$seeds/$target")
  [ ! -d "$kept" ] || folders+=("$kept")
  times > "$build/times.$$"
  before=$(cpu_seconds)
  if ! "$programs/fuzz_$target" "${options[@]}" "${folders[@]}" > "$build/$target.log" 2>&1; then
    echo "$target: FOUND something, see build/fuzz/$target.log and build/fuzz/found"
    grep -E 'ERROR|runtime error|does not hold|Test unit written' "$build/$target.log" | head -n 5 || true
    status=1
  fi
  times > "$build/times.$$"
  took=$(($(cpu_seconds) - before))
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log")
  if [ "${FUZZ_NO_MERGE:-0}" != 1 ]; then
    rm -rf "$corpus.merged"
    mkdir "$corpus.merged"
    if "$programs/fuzz_$target" -merge=1 -rss_limit_mb=2048 -timeout=180 "$corpus.merged" "$corpus" \
      > "$build/$target.merge.log" 2>&1; then
      rm -rf "$corpus"
      mv "$corpus.merged" "$corpus"
    fi
  fi
  inputs=$(find "$corpus" -type f | wc -l)
  printf '%s\t%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$target" "$took" "${count:-0}" "$inputs" >> "$build/log.tsv"
  echo "$target: ${count:-?} executions in $took s of CPU time, $inputs inputs"
done
exit $status
