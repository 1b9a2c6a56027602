# list, verify, selftest and bench: tables, JSON, verdicts.
source "$(dirname "$0")/common.sh"
text 30 >a
text 50 >b
expect 0 "$CZIP" -m "$MODEL" a b
expect 0 "$CZIP" -l a.czip b.czip >list.txt; silent
grep -q '^total .* 2 files' list.txt || fail 'total'
expect 0 "$CZIP" list --json a.czip b.czip >list.json; valid_json list.json
grep -q "\"text_bytes\": $(stat -c %s b)" list.json || fail 'text_bytes'
expect 0 "$CZIP" -l --json -m "$MODEL" <a.czip >list.json; valid_json list.json
grep -q '"path_hash_matches_model": true' list.json || fail 'path hash in JSON'
expect 1 "$CZIP" list --json missing a.czip >list.json; valid_json list.json
head -c 12 a.czip >short.czip
expect 2 "$CZIP" list short.czip; one_line
cp a.czip $'caf\xe9.czip'
expect 0 "$CZIP" list --json $'caf\xe9.czip' >list.json; valid_json list.json

expect 0 "$CZIP" selftest >selftest.txt; silent
[ "$(grep -c ' ok$' selftest.txt)" = "$("$CZIP" -V | sed 's/.*SIMD: //; s/).*//' | wc -w)" ] || fail selftest
expect 0 "$CZIP" selftest --json >selftest.json; valid_json selftest.json
expect 0 "$CZIP" selftest --simd scalar >selftest.txt
[ "$(wc -l <selftest.txt)" = 1 ] || fail 'selftest of one level'

expect 0 "$CZIP" verify "$MODEL" >verify.txt; silent
grep -q 'Everything holds' verify.txt || fail verify
grep -q 'content hash: [0-9a-f]\{32\}' verify.txt || fail 'content hash'
! grep -q FAILED verify.txt || fail 'a check failed'
expect 0 "$CZIP" verify --json "$MODEL" >verify.json; valid_json verify.json
grep -q '"holds": true' verify.json || fail 'holds'
expect 0 "$CZIP" verify -q "$MODEL" >out; [ ! -s out ] || fail '-q is not quiet'

# A compression made elsewhere: the right text, another text, a damaged file, another codec.
expect 0 "$CZIP" verify "$MODEL" --against a.czip --text a >out
grep -q 'byte for byte' out || fail 'against'
expect 0 "$CZIP" --codec zstd -c -m "$MODEL" a >other.czip
expect 0 "$CZIP" verify "$MODEL" --against other.czip --text a >out
expect 2 "$CZIP" verify "$MODEL" --against a.czip --text b >out
grep -q 'FAILED *payload' out || fail 'wrong text accepted'
expect 2 "$CZIP" verify --json "$MODEL" --against a.czip --text b >out; valid_json out
expect 1 "$CZIP" verify "$MODEL" --against missing --text b >out; one_line

# Damaged models: cut short, and one byte of a table changed.
head -c 1000 "$MODEL" >cut.czm
expect 2 "$CZIP" verify cut.czm; one_line
expect 2 "$CZIP" -m cut.czm -f a; one_line
printf 'not a model' >text.czm
expect 2 "$CZIP" verify text.czm; one_line
# Offsets in the header count from its end.
header=$(od -An -tu8 -N8 "$MODEL" | tr -d ' ')
offset=$(head -c $((header + 8)) "$MODEL" | tail -c +9 | tr -d ' \n' |
  sed 's/.*"lut\.exp2":{[^}]*"data_offsets":\[\([0-9]*\),.*/\1/')
case $offset in *[!0-9]* | '') fail 'no lut.exp2 in the header' ;; esac
cp "$MODEL" table.czm
chmod u+w table.czm
printf '\001' | dd of=table.czm bs=1 seek=$((8 + header + offset + 21)) conv=notrunc status=none
expect 2 "$CZIP" verify table.czm >out
grep -q 'FAILED *table lut.exp2: 1 entries differ from the formula, entry 10 ' out || fail 'exp2 table'
grep -q 'NOT everything holds' out || fail verdict

expect 0 "$CZIP" bench -1 -m "$MODEL" a b >bench.txt; silent
for name in 'czip -1' 'zstd -19' 'brotli -q 11' 'xz -9e'; do
  grep -q "^$name " bench.txt || fail "bench lacks $name"
done
expect 0 "$CZIP" bench -1 --json -m "$MODEL" a >bench.json; valid_json bench.json
: >empty
expect 0 "$CZIP" bench -1 -m "$MODEL" empty >bench.txt

# A progress bar only where someone watches, and only when a stage takes more than a second: find such a text.
lines=25 elapsed=0
while [ $elapsed -lt 2500 ]; do
  lines=$((lines * 2))
  text $lines >long
  start=${EPOCHREALTIME/[.,]/}
  expect 0 "$CZIP" -f -T1 --simd scalar --no-verify -m "$MODEL" long; silent
  elapsed=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
done
if command -v script >/dev/null; then
  expect 0 script -qec "'$CZIP' -f -T1 --simd scalar --no-verify -m '$MODEL' long" /dev/null >out
  grep -q ' left' out || fail 'no progress bar'
  grep -q 'long : .* => .* bytes, long.czip' out || fail 'no summary'
  expect 0 script -qec "'$CZIP' -f -T1 --simd scalar --no-verify --no-progress -m '$MODEL' long" /dev/null >out
  ! grep -q ' left' out || fail 'a progress bar in spite of --no-progress'
  expect 0 script -qec "'$CZIP' -qf --no-verify -m '$MODEL' long" /dev/null >out
  [ ! -s out ] || fail '-q is not quiet'
  expect 0 script -qec "TERM=xterm '$CZIP' verify '$MODEL'" /dev/null >out
  grep -q $'\e\\[32m' out || fail 'no colour on a terminal'
  expect 0 script -qec "NO_COLOR=1 TERM=xterm '$CZIP' verify '$MODEL'" /dev/null >out
  ! grep -q $'\e' out || fail 'colour in spite of NO_COLOR'
fi
