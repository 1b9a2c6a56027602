#!/bin/sh
# network_kernel_symbols.sh sanitizers=[LIST] NM OBJECT...
#
# An object of the trainer that is compiled for one instruction set must define nothing but its table of kernels: an
# inline function that comes out of line (a weak symbol) may be chosen by the linker for code that runs on CPUs
# without the instructions.
set -eu
sanitizers=${1#sanitizers=}
if [ -n "$sanitizers" ]; then
  echo "skipped: sanitizers ($sanitizers) add functions of their own to every object"
  exit 77
fi
nm=$2
shift 2
table='^[0-9a-f]+ [DR] czip::[a-z0-9:]+::(baseline|avx2|avx512)::kKernels$'
failed=0
for object in "$@"; do
  shared=$("$nm" -C --defined-only "$object" | grep -E '^[0-9a-f]+ [WwVvuTBCDGRS] ' || true)
  tables=$(printf '%s\n' "$shared" | grep -cE "$table" || true)
  others=$(printf '%s\n' "$shared" | grep -vE "$table" || true)
  if [ "$tables" -ne 1 ] || [ -n "$others" ]; then
    echo "$object: $tables tables, expected 1; other symbols that linkers see: ${others:-none}"
    failed=1
  fi
done
[ $# -gt 0 ] || { echo "no objects given"; failed=1; }
exit $failed
