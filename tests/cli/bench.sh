# bench: a table or JSON with czip and the other compressors.
source "$(dirname "$0")/common.sh"
text 30 >a
text 50 >b
expect 0 "$CZIP" bench -1 -m "$MODEL" a b >bench.txt; silent
for name in 'czip -1' 'zstd -19' 'brotli -q 11' 'xz -9e'; do
  grep -q "^$name " bench.txt || fail "bench lacks $name"
done
expect 0 "$CZIP" bench -1 --json -m "$MODEL" a >bench.json; valid_json bench.json
: >empty
expect 0 "$CZIP" bench -1 -m "$MODEL" empty >bench.txt
