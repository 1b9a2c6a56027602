# Format 2: every damage is found, with status 2 and without a file; a stream gets only good blocks.
source "$(dirname "$0")/v2_common.sh"
text 5 >text
expect 0 "$CZIP" -c -m "$MODEL2" text >compact.czip
text 3000 >long
expect 0 "$CZIP" -1 -c -m "$MODEL2" long >full.czip

steps=$(full_or_fast 60 8)
for file in compact full; do
  size=$(stat -c %s $file.czip)
  for ((offset = 0; offset < size; offset += size / steps + 1)); do
    change_bit $file.czip $offset bad.czip
    expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line
    expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; one_line
    absent bad
  done
  for length in 1 2 3 4 8 12 13 30 38 39 72 $((size / 2)) $((size - 33)) $((size - 1)); do
    if [ "$length" -ge "$size" ] || [ "$length" -le 0 ]; then continue; fi
    head -c $length $file.czip >bad.czip
    expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; one_line
    expect 2 "$CZIP" -l bad.czip; one_line
    expect 2 "$CZIP" -dc -m "$MODEL2" <bad.czip >out; one_line
    absent bad
  done
done

# A stream gets the blocks before the damaged one. At level 1 a block has 768 KiB; the noise is stored.
(noise 786432; text 1000) >several
expect 0 "$CZIP" -1 -c -m "$MODEL2" several >several.czip
change_bit several.czip $(($(stat -c %s several.czip) - 100)) bad.czip
expect 2 "$CZIP" -dc -m "$MODEL2" bad.czip >out; one_line
head -c "$(stat -c %s out)" several | cmp - out
[ "$(stat -c %s out)" -ge 786432 ] || fail 'a good block was held back'
# A full frame states its version. Another one is refused by name, whatever the rest of its header; a byte that only
# looks like one is damage.
(head -c 3 full.czip; printf '\002'; head -c 38 full.czip | tail -c +5 | tr '\0-\377' '\1-\377\0') >bad.czip
tail -c +39 full.czip >>bad.czip
for how in -t -d -l -dc; do
  expect 2 "$CZIP" $how -m "$MODEL2" bad.czip >out; one_line
  stderr_has 'the frame is of CZIPv2 draft 2; this czip reads 1.0-rc2: decode it with the czip that made it'
done
absent bad
"$CZIP" -l --json full.czip >list.json
grep -q '"version": "1.0-rc2"' list.json || fail 'version in JSON'
"$CZIP" -lv full.czip >list.txt
grep -q 'version 1.0-rc2;' list.txt || fail 'version in the list'
(head -c 3 full.czip; printf '\002'; tail -c +5 full.czip) >bad.czip
expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line; stderr_has 'frame header is damaged'
# Little memory suffices, since sizes in headers are not believed.
if (ulimit -v 400000; "$CZIP" -V) >/dev/null 2>&1; then  # a sanitizer reserves far more
  (ulimit -v 400000; expect 0 "$CZIP" -T1 -t -m "$MODEL2" full.czip)
fi
clean
