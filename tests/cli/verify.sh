# verify: good and damaged models, and compressions made elsewhere.
source "$(dirname "$0")/common.sh"
text 30 >a
text 50 >b
expect 0 "$CZIP" verify "$MODEL" >verify.txt; silent
grep -q 'Everything holds' verify.txt || fail verify
grep -q 'content hash: [0-9a-f]\{32\}' verify.txt || fail 'content hash'
! grep -q FAILED verify.txt || fail 'a check failed'

# A model that states its hash is refused when one bit of it is another; --expect-hash does it for those that do not.
hash=$(sed -n 's/.*content hash: \([0-9a-f]*\) .*as the model states$/\1/p' verify.txt)
[ ${#hash} = 32 ] || fail 'the model does not state its hash'
change_bit "$MODEL" 1000000 changed.czm
expect 2 "$CZIP" verify changed.czm >out; one_line; stderr_has "metadata says '$hash'"
expect 2 "$CZIP" -c -m changed.czm a >out; one_line; stderr_has "$hash"
expect 1 "$CZIP" verify --expect-hash "${hash%?}x" "$MODEL" >out; one_line

# The rest uses a smaller model.
: "${SEEDED_MODEL:?path of a small model of format 1}"
expect 0 "$CZIP" -m "$SEEDED_MODEL" a
expect 0 "$CZIP" verify --json "$SEEDED_MODEL" >verify.json; valid_json verify.json
expect 0 "$CZIP" verify "$SEEDED_MODEL" >out
grep -q '^warning *content hash: .* carries no hash of itself' out || fail 'a model without a hash is not named'
expect 0 "$CZIP" verify --expect-hash "$(sed -n 's/.*content hash: \([0-9a-f]\{32\}\).*/\1/p' out)" "$SEEDED_MODEL" >out
expect 2 "$CZIP" verify --expect-hash "$hash" "$SEEDED_MODEL" >out; one_line; stderr_has "not of $hash"
grep -q '"holds": true' verify.json || fail 'holds'
expect 0 "$CZIP" verify -q "$SEEDED_MODEL" >out; [ ! -s out ] || fail '-q is not quiet'

# A compression made elsewhere: the right text, another text, a damaged file, another codec.
expect 0 "$CZIP" verify "$SEEDED_MODEL" --against a.czip --text a >out
grep -q 'byte for byte' out || fail 'against'
expect 0 "$CZIP" --codec zstd -c -m "$SEEDED_MODEL" a >other.czip
expect 0 "$CZIP" verify "$SEEDED_MODEL" --against other.czip --text a >out
expect 2 "$CZIP" verify "$SEEDED_MODEL" --against a.czip --text b >out
grep -q 'FAILED *payload' out || fail 'wrong text accepted'
expect 2 "$CZIP" verify --json "$SEEDED_MODEL" --against a.czip --text b >out; valid_json out
expect 1 "$CZIP" verify "$SEEDED_MODEL" --against missing --text b >out; one_line

# JSON, -q and the report.
expect 0 "$CZIP" verify "$SEEDED_MODEL" --against a.czip --text a >out
grep -q '^czip [0-9.]*, .*: [0-9,]* bytes$' out || fail "no version and size in: $(head -1 out)"
grep -q '^ok *size: [0-9,]* bytes of text in [0-9,]*, [0-9.]* %' out || fail 'no ratio'
for name in missing text.czm cut.czm empty.czm; do
  case $name in
    text.czm) printf 'not a model, but a text that is long enough to hold a length and a header' >$name ;;
    cut.czm) head -c 1000 "$SEEDED_MODEL" >$name ;;
    empty.czm) : >$name ;;
  esac
  "$CZIP" verify --json $name >out.json 2>.err && fail "$name holds"
  one_line; valid_json out.json
  grep -q '"holds": false' out.json || fail 'an unreadable model holds'
  grep -q '"error": ".' out.json || fail 'no error in the JSON'
  grep -q '"czip": "[0-9.]*"' out.json || fail 'no version in the JSON'
done
for name in text.czm empty.czm; do
  expect 2 "$CZIP" verify $name; one_line; stderr_has "$name: is not a model"
  expect 2 "$CZIP" -c -m $name a; one_line; stderr_has "$name: is not a model"
done
expect 2 "$CZIP" verify -q "$SEEDED_MODEL" --against a.czip --text b >out
[ ! -s out ] || fail '-q prints a report'
stderr_has "$(basename "$SEEDED_MODEL"): payload: "

# What follows the text counts, too: zeros are fine, garbage is not.
(cat a.czip; head -c 600 /dev/zero) >padded.czip
expect 0 "$CZIP" verify "$SEEDED_MODEL" --against padded.czip --text a >out
grep -q '^ok *other data: 600 bytes of zeros' out || fail 'padding is not told'
(cat a.czip; echo x) >garbage.czip
expect 2 "$CZIP" verify "$SEEDED_MODEL" --against garbage.czip --text a >out
grep -q "^FAILED *other data: from byte $(stat -c %s a.czip) on" out || fail 'garbage is not told'
grep -q 'byte for byte' out || fail 'garbage hides the payload'

# The limits hold here as well. They say nothing about the model.
for limits in '-M 1M' '-M 1000' '--max-output 100'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 1 "$CZIP" verify $limits "$SEEDED_MODEL" --against a.czip --text a >out; one_line
  stderr_has "${limits%% *}"
done
expect 0 "$CZIP" verify -M 256M --max-output 1M "$SEEDED_MODEL" --against a.czip --text a >out

# Damaged models: cut short, and one byte of a table changed.
head -c 1000 "$SEEDED_MODEL" >cut.czm
expect 2 "$CZIP" verify cut.czm; one_line
expect 2 "$CZIP" -m cut.czm -f a; one_line
# Offsets in the header count from its end.
header=$(od -An -tu8 -N8 "$SEEDED_MODEL" | tr -d ' ')
offset=$(head -c $((header + 8)) "$SEEDED_MODEL" | tail -c +9 | tr -d ' \n' |
  sed 's/.*"lut\.exp2":{[^}]*"data_offsets":\[\([0-9]*\),.*/\1/')
case $offset in *[!0-9]* | '') fail 'no lut.exp2 in the header' ;; esac
cp "$SEEDED_MODEL" table.czm
chmod u+w table.czm
printf '\001' | dd of=table.czm bs=1 seek=$((8 + header + offset + 21)) conv=notrunc status=none
expect 2 "$CZIP" verify table.czm >out
grep -q 'FAILED *table lut.exp2: 1 entries differ from the formula, entry 10 ' out || fail 'exp2 table'
grep -q 'NOT everything holds' out || fail verdict
