#!/usr/bin/env bash
# What programs are compiled against does not change unnoticed: the names that libczip.so shows, its own name, the
# layout of structs and the values of constants, on a machine of 64 bits, are those of codec/abi/libczip.symbols; and
# every function of czip.h is among the names. A change that is wanted: abi.sh --write rewrites the file. What is there
# must stay as it is within a major version (within a minor one, as long as the major is 0); a later version adds.
# Usage: abi.sh [--write] NM READELF LIBRARY LAYOUT_PROGRAM
set -euo pipefail
write=0
[ "$1" != --write ] || { write=1; shift; }
nm=$1 readelf=$2 library=$3 layout=$4
root=$(cd "$(dirname "$0")/../../.." && pwd)
stored=$root/codec/abi/libczip.symbols
present=$(mktemp)
trap 'rm -f "$present"' EXIT
{
  echo '# Written by tests/codec/c_api/abi.sh: names, then structs with size and fields with offset and size, then values.'
  "$readelf" -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/soname \1/p'
  "$nm" -D --defined-only "$library" | awk '{ print $2, $3 }' | LC_ALL=C sort
  "$layout"
} > "$present"
declared=$(grep -oE '\bczip_[a-z0-9_]+\(' "$root/codec/include/czip.h" | tr -d '(' | LC_ALL=C sort -u)
shown=$(sed -n 's/^T \(czip_[a-z0-9_]*\)@@.*/\1/p' "$present" | LC_ALL=C sort -u)
# Documentation names functions, too, which are then declared as well.
diff <(echo "$declared") <(echo "$shown") || { echo 'abi: czip.h (<) and libczip.so (>) differ in their functions'; exit 1; }
if [ "$write" = 1 ]; then
  cp "$present" "$stored"
  exit 0
fi
diff "$stored" "$present" || { echo 'abi: codec/abi/libczip.symbols (<) and the library (>) differ'; exit 1; }
echo "abi: as stored"
