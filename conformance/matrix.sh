#!/usr/bin/env bash
# Builds czip for many machines by Debian's compilers, runs it there or under an emulator, and writes the table
# conformance/machines.md: one line for each target, all with one engine signature.
#
# Usage: matrix.sh [TARGET...]   all targets, or these
#        matrix.sh --list        the targets and what is built for them
#        matrix.sh --table       only writes the table again
#
# A target that passed with the same sources is not run again, so that a run that was interrupted goes on where it was;
# several may run at once. Installs what it needs, as tools/install_packages.sh does. In the environment: JOBS,
# compilations at a time (2); WORK, the folder of builds and results (build/matrix); TABLE, the file of the table.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=targets.sh
source conformance/targets.sh
work=${WORK:-build/matrix}
table=${TABLE:-conformance/machines.md}
jobs=${JOBS:-2}
mkdir -p "$work"
work=$(cd "$work" && pwd)
command -v ccache > /dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=ccache

# What decides a target's result: a change of it makes the result old.
state_of() { # TARGET
  {
    find engine tokenizer codec conformance/core conformance/decoder -type f -print0 | LC_ALL=C sort -z |
      xargs -0 sha256sum
    describe "$1"
    declare -p kind cxx emulator cmake_options
  } | sha256sum | cut -c -16
}

# Each kind of build ends with a line "ran: ..."; what its programs print is read from the log.

core() { # the program of conformance/core
  cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" -DCZIP_CORE=ON \
    "${cmake_options[@]}"
  cmake --build "$folder" -j "$jobs" --target czip_core_selftest
  local program=$folder/conformance/core/czip_core_selftest
  [ -e "$program" ] || program=$program.${suffix:?}
  timeout 900 "${emulator[@]}" "$program" conformance
  echo 'ran: core'
}

cross() { # the libraries and their unit tests, with Debian's libraries for the machine
  [ -d "build/sysroot-$sysroot" ] || tools/ci/fetch_sysroot.sh "$sysroot" "build/sysroot-$sysroot"
  cmake --preset "$preset" -B "$folder" -DCZIP_BUILD_TOOLS=ON
  cmake --build "$folder" -j "$jobs" --target cross_tests czip_core_selftest czip
  ctest --test-dir "$folder" -L cross -j "$jobs" --output-on-failure
  "${emulator[@]}" "$folder/conformance/core/czip_core_selftest" conformance
  conformance/command_test.sh "$folder/command-test" "${emulator[@]}" "$folder/czip"
  echo 'ran: unit tests, core, command'
}

native() { # everything, on this machine
  cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCZIP_BUILD_TESTS=ON "${cmake_options[@]}"
  cmake --build "$folder" -j "$jobs"
  ctest --test-dir "$folder" -j "$jobs" --output-on-failure
  "$folder/conformance/core/czip_core_selftest" conformance
  conformance/command_test.sh "$folder/command-test" "$folder/czip"
  echo 'ran: all tests, core, command'
}

# Runs a target. Its result is a file: a line with the state of the sources and "ok" or "FAILED", and its line of the
# table without its name.
run_target() { # TARGET
  local state status result=ok ran endian word levels signatures compiler
  folder=$work/$1
  log=$folder.log
  describe "$1"
  state=$(state_of "$1")
  if [ -e "$folder.result" ] && [ "$(head -n 1 "$folder.result")" = "$state ok" ]; then
    echo "$1: ok (from an earlier run)"
    return
  fi
  tools/install_packages.sh "${packages[@]}" > "$log" 2>&1
  # A build of another checkout is of no use.
  if ! grep -qsx "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$folder/CMakeCache.txt"; then rm -rf "$folder"; fi
  set +e
  (set -e; "$kind") > "$log" 2>&1
  status=$?
  set -e
  [ $status -eq 0 ] || result=FAILED
  compiler="${cxx##*/} $("$cxx" -dumpfullversion 2> /dev/null || "$cxx" -dumpversion)"
  found() { sed -nE "s/$1/\\1/p" "$log" | sort -u | paste -sd, | sed 's/,/, /g'; }
  ran=$(found '^ran: (.*)')
  endian=$(found '^(big|little)-endian, .*')
  word=$(found '^[a-z]*-endian, ([0-9]+)-bit.*')
  levels=$(found '^signature [0-9a-f]{16}  ([a-z0-9-]*): ok.*')
  signatures=$(found '^signature ([0-9a-f]{16}) .*')
  {
    echo "$state $result"
    echo "| ${endian:--} | ${word:--} | $compiler | $emulator_name | ${ran:--} | ${levels:--} | ${signatures:--} | $result |"
  } > "$folder.result.$$"
  mv "$folder.result.$$" "$folder.result"
  echo "$1: $result (${signatures:-no signature})"
  [ $result = ok ] || { echo "  see $log"; return 1; }
}

write_table() {
  local target file
  {
    echo '# Machines'
    echo
    echo "Made by \`conformance/matrix.sh\`, which says how each is built. The signature is that of \`czip selftest\`: a"
    echo 'number over functions, networks, mixers, coders and files of both formats. *Core* is czip_core_selftest, which'
    echo "also decodes and writes the files of \`conformance/v2\`, *command* is \`conformance/command_test.sh\`."
    echo
    echo '| target | endian | bits | compiler | emulator | ran | SIMD levels | signature | result |'
    echo '|--------|--------|-----:|----------|----------|-----|-------------|-----------|--------|'
    for target in $(all_targets); do
      file=$work/$target.result
      if [ -e "$file" ] && [[ $(head -n 1 "$file") == "$(state_of "$target") "* ]]; then
        printf '| %s %s\n' "$target" "$(tail -n 1 "$file")"
      fi
    done
  } > "$table.$$"
  mv "$table.$$" "$table"
}

case ${1:-} in
  --list)
    for target in $(all_targets); do
      describe "$target"
      printf '%-18s %-7s %s\n' "$target" "$kind" "$cxx"
    done
    exit
    ;;
  --table)
    write_table
    exit
    ;;
  --run)  # one target: what this script calls itself with
    exec 9> "$work/$2.lock"
    flock 9
    run_target "$2"
    exit
    ;;
  -*)
    sed -n '/^# Usage/,/^set/{s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
targets=("$@")
[ ${#targets[@]} -ne 0 ] || mapfile -t targets < <(all_targets)
for target in "${targets[@]}"; do
  describe "$target" || { echo "$0: no target $target; see $0 --list" >&2; exit 2; }
done
failed=()
for target in "${targets[@]}"; do
  bash "$0" --run "$target" || failed+=("$target")
  (flock 9 && write_table) 9> "$work/table.lock"
done
[ ${#failed[@]} -eq 0 ] || { echo "matrix: failed: ${failed[*]}"; exit 1; }
echo "matrix: ${#targets[@]} targets, all fine"
