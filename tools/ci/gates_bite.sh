#!/usr/bin/env bash
# Proves that the gates bite: puts one fault after another into a copy of the tree, and each must make its gate fail and
# say why. Usage: gates_bite.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -c --exclude=./build --exclude='./build-*' --exclude=./.git . | tar -x -C "$work"
cd "$work"
count=0

# Appends standard input to FILE in the copy, which must make the gate fail and print PATTERN; then undoes it.
bites() { # GATE PATTERN FILE [ARGUMENT OF THE GATE]
  local gate=$1 pattern=$2 file=$3 status=0
  shift 3
  mkdir -p "$(dirname "$file")"
  cat >> "$file"
  bash "tools/ci/gate_$gate.sh" "$@" > "$work/output" 2>&1 || status=$?
  if [ "$status" -eq 0 ] || ! grep -q -- "$pattern" "$work/output"; then
    printf '%s does not find "%s" in %s (status %s):\n' "$gate" "$pattern" "$file" "$status" >&2
    tail -n 20 "$work/output" >&2
    exit 1
  fi
  printf '%s: %s\n' "$gate" "$(grep -m 1 -- "$pattern" "$work/output" | cut -c -150)"
  if [ -e "$root/$file" ]; then cp "$root/$file" "$file"; else rm "$file"; fi
  count=$((count + 1))
}
first() { find "$@" | LC_ALL=C sort | head -n 1; }
include() { printf '#include "%s"\n' "$1"; }
private_header=$(first tokenizer/src -name '*.hpp')
existing_source=$(first codec/src/io -name '*.cpp')

bites format clang-format "$existing_source" <<< 'int  not_formatted( ) {return 0 ;}'
bites shellcheck SC2086 tools/fault.sh <<< $'#!/bin/sh\nrm $1'

bites layout 'more than 500 lines' engine/src/v1/fault.cpp < <(yes '// A line.' | head -n 501)
bites layout 'namespace czip::v2 in a folder of czip::v1' engine/src/v1/fault.cpp <<< 'namespace czip::v2 {'
bites layout 'namespace czip::v2 in a folder of czip::llm' engine/src/llm/fault.cpp <<< 'namespace czip::v2 {'
bites layout 'namespace czip in a folder of czip::tool' tools/czip/cli/fault.cpp <<< 'namespace czip {'
bites layout 'fault.md:1: an unfinished merge' conformance/fault.md < <(printf '%s HEAD\n' '<''<<<<<<')
bites layout 'use select() of the Ops' engine/src/simd/fault.hpp <<< 'auto x = _mm256_blendv_epi8(a, b, c);'
bites layout 'comment of more than 100 columns' engine/src/v1/fault.cpp < <(printf '// %0100d\n' 0)

bites borders 'fault.cpp .*codec is above engine' engine/src/v1/fault.cpp \
  < <(include "$(first codec/include -name '*.hpp' | sed 's|.*/include/||')")
bites borders 'fault.cpp .*private to tokenizer' codec/src/v1/fault.cpp \
  < <(include "${private_header#tokenizer/src/}")
bites borders 'fault.cpp .*private to tokenizer' tests/codec/v1/fault.cpp \
  < <(include "${private_header#tokenizer/src/}")
bites borders 'fault.cpp .*tokenizer sees only base' tokenizer/src/v1/fault.cpp \
  < <(include "$(first engine/include/czip/engine -name '*.hpp' | sed 's|.*/include/||')")
bites borders 'fault.cpp .*know nothing of each other' codec/src/v1/fault.cpp \
  < <(include "$(first codec/src/v2 -name '*.hpp' | sed 's|codec/src/||')")
bites borders 'fault.cpp .*so it includes none' engine/src/simd/fault.cpp \
  < <(include "$(first engine/src/v2 -name '*.hpp' | sed 's|engine/src/||')")
bites borders 'fault.cpp .*shares nothing with czip' conformance/decoder/fault.cpp <<< '#include <czip/base/error.hpp>'
bites borders 'fault.cpp .*no such file' engine/src/v1/fault.cpp <<< '#include "v1/nowhere.hpp"'
mkdir -p engine/src/one
echo '#include "two/fault.hpp"' > engine/src/one/fault.hpp
bites borders 'in a circle: engine/one and engine/two' engine/src/two/fault.hpp <<< '#include "one/fault.hpp"'
rm -r engine/src/one

bites constants '8388608, numerator' tools/czip/cli/fault.cpp <<< $'int one = 8388608;\n'
bites constants '8388608, numerator' models/training/src/v1/fault.cpp <<< $'auto two = 8\'388\'608U;\n'
echo 'constexpr int kFaultBound = 4095;  // one' > engine/src/v2/fault.hpp
bites constants 'kFaultBound = 4095' models/training/src/v2/fault.hpp \
  <<< 'inline constexpr std::size_t kFaultBound = 4095U;'
printf 'namespace czip::v2 {\nstruct Fault {\n};\n}\n' | tee engine/src/v2/fault.hpp > codec/src/v2/fault.hpp
bites constants 'czip::v2::Fault: declared in' codec/src/v2/fault.cpp <<< '// Nothing more.'
rm engine/src/v2/fault.hpp codec/src/v2/fault.hpp

bites headers 'does not compile by itself' engine/include/czip/base/fault.hpp engine/include/czip/base/fault.hpp \
  <<< $'#pragma once\nstd::string needs_an_include();'
bites headers old-style-cast engine/include/czip/base/fault.hpp engine/include/czip/base/fault.hpp \
  <<< $'#pragma once\ninline int cast(long x) { return (int)x; }'

bites printing 'a library never prints' engine/src/v1/fault.cpp <<< 'void f() { std::puts("a name"); }'
bites printing 'print by Console' tools/czip/cli/fault.cpp <<< 'void f() { fprintf(stderr, "%s", name); }'
bites printing 'print JSON by print_json' tools/czip/cli/fault.cpp <<< 'void f() { console.print(json.dump()); }'
bites printing 'begin with Json::object' tools/czip/cli/fault.cpp <<< 'Json f() { Json json; return json; }'

bites links nowhere.md README.md <<< '[A page](conformance/nowhere.md) that is not there.'

{
  echo 'int fault(int* a, int b);'
  echo 'int fault(int* a, int b) {'
  for _ in $(seq 61); do echo '  b += 2;'; done
  echo '  if (b == 3) a = 0;'
  echo '  return *a + b;'
  echo '}'
} > fault
bites tidy 'readability-function-size' "$existing_source" "$existing_source" < fault
bites tidy 'modernize-use-nullptr' "$existing_source" "$existing_source" < fault
echo "gates_bite: each of $count faults was found"
