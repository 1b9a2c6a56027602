#!/usr/bin/env bash
# Every public header compiles by itself, with the project's warnings.
# CXX says with which compiler, JOBS how many at a time. Usage: gate_headers.sh [HEADER...]
source "$(dirname "$0")/gate.sh"
warnings=$(tr '\n' ' ' < CMakeLists.txt | sed -n 's/.*set(CZIP_WARNINGS \([^)]*\)).*/\1/p')
[[ $warnings == *-Werror* ]] || { echo 'headers: no CZIP_WARNINGS in CMakeLists.txt' >&2; exit 1; }
roots=$(public_headers | sed 's|/include/.*|/include|; s/^/-I/' | sort -u)
mapfile -t headers < <([ $# -eq 0 ] && public_headers || printf '%s\n' "$@")
# Each is included by a file of one line: as the main file, its "#pragma once" would be a warning.
# shellcheck disable=SC2016,SC2086  # the inner shell expands the one; the others are lists
printf '%s\n' "${headers[@]}" | xargs -P "${JOBS:-$(nproc)}" -I{} sh -c 'printf "#include \"%s\"\n" "$PWD/$0" |
  "$@" -x c++ - || { echo "$0 does not compile by itself" >&2; exit 1; }' {} \
  "${CXX:-c++}" -std=c++20 -fsyntax-only $warnings $roots
echo "headers: ${#headers[@]} compile by themselves"
