#!/bin/sh
# isa_symbols.sh sanitizers=[LIST] NM OBJECT...
#
# An object compiled for one instruction set must define nothing but its own table of kernels. Two
# kinds of symbols are refused:
#   - weak ones (inline functions and templates that came out of line): the linker keeps one copy
#     of each name, and may keep this object's for code that runs on CPUs without the instructions;
#   - global functions: nothing may call into such an object except through its table.
set -eu
sanitizers=${1#sanitizers=}
if [ -n "$sanitizers" ]; then
  echo "skipped: sanitizers ($sanitizers) add functions of their own to every object"
  exit 77
fi
nm=$2
shift 2
objects=0
failed=0
for object in "$@"; do
  case $object in
    *isa_scalar*) continue ;;  # compiled for every CPU
    *isa_*) ;;
    *) continue ;;
  esac
  objects=$((objects + 1))
  symbols=$("$nm" -C --defined-only "$object")
  if ! printf '%s\n' "$symbols" | grep -q ' [DR] czip::simd::k[A-Za-z0-9]*Kernels$'; then
    echo "$object: has no table of kernels"
    failed=1
  fi
  wrong=$(printf '%s\n' "$symbols" | grep -E '^[0-9a-f]+ [WwVvuTBCDGRS] ' |
    grep -Ev ' [DR] czip::simd::k[A-Za-z0-9]*Kernels$' || true)
  if [ -n "$wrong" ]; then
    echo "$object: defines symbols that other objects may use:"
    printf '%s\n' "$wrong"
    failed=1
  fi
done
if [ "$objects" -eq 0 ]; then
  echo "skipped: no object of an instruction set in this build"
  exit 77
fi
echo "$objects objects checked"
exit $failed
