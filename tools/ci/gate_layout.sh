#!/usr/bin/env bash
# Namespaces follow folders, files are short, and so are comment lines (clang-format leaves comments alone).
#  - A file in a folder v1, v2, llm, simd, safetensors, bpe or nn opens namespaces of that name only: czip::v1, or one in it;
#    tools/czip has czip::tool, tests/support czip::test, the reference decoder reference, and what all versions share,
#    base and io, czip itself. Tests are in the namespace of what they test, or in czip::test.
#  - No source has more than 500 lines; .clang-tidy has the limit of functions.
#  - No file has the marks of a merge that was not finished.
#  - No source calls _mm256_blendv_epi8 (nor of 128 bits): GCC 12 compiles it to its first operand with -funsigned-char.
source "$(dirname "$0")/gate.sh"
unfinished_merges() {
  grep -rInE --exclude-dir=.git --exclude-dir='build*' '^(<{7}|>{7}) ' . |
    sed -E 's|^\./([^:]*:[0-9]*):.*|\1: an unfinished merge|' || true
}
unsafe_blends() {
  sources | xargs grep -HnE '_blendv_epi8 *\(' | sed -E 's|^([^:]*:[0-9]*):.*|\1: _blendv_epi8; use select() of the Ops|' || true
}
# shellcheck disable=SC2016  # awk's own
{ unfinished_merges; unsafe_blends; sources | xargs awk '
  function allowed(path,   last) {
    if (path ~ /^tools\/czip\//) return "czip::tool"
    if (path ~ /^tests\/support\//) return "czip::test"
    if (path ~ /^conformance\/decoder\//) return "reference"
    if (path ~ /\/(base|io)\/[^\/]*$/) return "czip"
    last = ""  # the innermost folder that names one
    while (match(path, /\/(v1|v2|llm|simd|safetensors|bpe|nn)\//)) {
      if (last != "v1" && last != "v2") last = substr(path, RSTART + 1, RLENGTH - 2)
      path = substr(path, RSTART + RLENGTH - 1)
    }
    return last == "" ? "" : "czip::" last
  }
  FNR == 1 { name = allowed(FILENAME) }
  FNR == 501 { print FILENAME ": more than 500 lines" }
  length($0) > 100 && /\/\// && !/"/ { print FILENAME ":" FNR ": a comment of more than 100 columns" }
  name != "" && /^namespace (czip|reference)[a-z0-9_:]* *{/ {
    opened = $2
    if (opened == name || (name != "czip" && index(opened, name "::") == 1)) next
    if (FILENAME ~ /\/nn\/kernel_tables\./) next  # what the headers of both versions declare
    if (name == "czip::simd" && opened == "czip") next  # czip/engine/simd.hpp
    if (FILENAME ~ /^tests\// && index(opened, "czip::test") == 1) next
    print FILENAME ":" FNR ": namespace " opened " in a folder of " name
  }'; } | findings layout
