#!/bin/sh
# kernel_symbols.sh sanitizers=[LIST] NM OBJECT...
#
# An object compiled for one instruction set must define nothing but its own table of kernels. Two kinds of symbols are
# refused:
#   - weak ones (inline functions and templates that came out of line): the linker keeps one copy of each name, and may
#     keep this object's for code that runs on CPUs without the instructions;
#   - global functions: nothing may call into such an object except through its table.
# Constants of headers (k...) are allowed: whichever copy the linker keeps, its content is the same.
# Of OBJECT, those count that lie in a folder czip_network_kernels_* or czip_recurrent_kernels_* or are named isa_*, but
# for isa_scalar, which is compiled for every CPU.
set -eu
sanitizers=${1#sanitizers=}
if [ -n "$sanitizers" ]; then
  echo "skipped: sanitizers ($sanitizers) add functions of their own to every object"
  exit 77
fi
nm=$2
shift 2
constant='^[0-9a-f]+ [uV] czip::[a-z0-9:]+::k[A-Za-z0-9]*$'
table='^[0-9a-f]+ [DR] czip::[a-z0-9:]+::k[A-Za-z0-9]*Kernels$'
objects=0
failed=0
for object in "$@"; do
  case $object in
    *isa_scalar*) continue ;;
    */isa_*.cpp.o | */czip_network_kernels_* | */czip_recurrent_kernels_*) ;;
    *) continue ;;
  esac
  objects=$((objects + 1))
  shared=$("$nm" -C --defined-only "$object" | grep -E '^[0-9a-f]+ [WwVvuTBCDGRS] ' || true)
  tables=$(printf '%s\n' "$shared" | grep -cE "$table" || true)
  others=$(printf '%s\n' "$shared" | grep -vE "$table|$constant" || true)
  if [ "$tables" -ne 1 ] || [ -n "$others" ]; then
    echo "$object: $tables tables of kernels, expected 1; other symbols that the linker sees: ${others:-none}"
    failed=1
  fi
done
if [ "$objects" -eq 0 ]; then
  echo "skipped: no object of an instruction set in this build"
  exit 77
fi
echo "$objects objects checked"
exit $failed
