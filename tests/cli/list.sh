# list: tables, JSON, and what it says about the hash of the model's path.
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

# A file of very many frames takes no memory. The limit is on addresses, of which sanitizers need many more.
"$CZIP" -c </dev/null >frame
for _ in $(seq 17); do cat frame frame >twice; mv twice frame; done
mv frame many.czip
(
  if [ "${CZIP_TEST_FAST:-0}" != 1 ]; then ulimit -v 130000; fi
  expect 0 "$CZIP" -l many.czip >list.txt; silent
  expect 0 "$CZIP" -l --json many.czip a.czip >list.json; silent
  expect 0 "$CZIP" -lv many.czip >verbose.txt; silent
)
grep -q ' 131,072 ' list.txt || fail 'number of frames'
valid_json list.json
[ "$(grep -c '"kind": "compact"' list.json)" = 131072 ] || fail 'frames in JSON'
[ "$(grep -c 'no model' verbose.txt)" = 131072 ] || fail 'frames with -v'
[ "$(grep -c '"version": null' list.json)" = 131072 ] || fail 'versions of compact frames'
if [ -e /dev/full ]; then expect 1 "$CZIP" -l --json many.czip >/dev/full; fi
clean
