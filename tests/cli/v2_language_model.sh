# Models with a public language model: which levels use it, what list, score and verify say of it.
source "$(dirname "$0")/v2_common.sh"
"$TINY_MODEL" lm.czm language-model
"$TINY_MODEL" text language-model-text
used() { "$CZIP" -l --json "$1" | sed -n 's/.*"language_model_blocks": \([0-9]*\).*/\1/p'; }

# Levels 6 to 9 use it where it is smaller. The text comes back.
for level in 5 6 7 8 9; do
  expect 0 "$CZIP" -q -$level -m lm.czm -o $level.czip text; silent
  expect 0 "$CZIP" -dc -m lm.czm $level.czip | cmp - text
  wanted=$((level > 5))
  [ "$(used $level.czip)" = $wanted ] || fail "level $level: $(used $level.czip) blocks with the language model"
done
[ "$(stat -c %s 9.czip)" -lt "$(stat -c %s 5.czip)" ] || fail 'the language model does not help'
prose 3 3000 >other
expect 0 "$CZIP" -q -9 -m lm.czm -o other.czip other
[ "$(used other.czip)" = 0 ] || fail 'a block is larger with the language model'

# What is said of it.
expect 0 "$CZIP" -l -v 9.czip >list; grep -q ' 0 of 1 blocks stored, 1 with the language model, ' list || fail "$(cat list)"
expect 0 "$CZIP" -l -v other.czip >list; ! grep -q 'language model' list || fail "$(cat list)"
expect 0 "$CZIP" -v -9 -f -m lm.czm -o again.czip text; stderr_has '1 of 1 blocks with the language model'; same again.czip 9.czip
expect 0 "$CZIP" -v -9 -f -m lm.czm -o again.czip other; ! grep -q 'language model' .err || fail "$(cat .err)"
expect 0 "$CZIP" -d -v -f -m lm.czm -o back 9.czip; stderr_has '1 of 1 blocks with the language model'
expect 0 "$CZIP" -dc -v -m lm.czm <9.czip >back; stderr_has '1 of 1 blocks with the language model'
expect 0 "$CZIP" help levels >levels; grep -q '^  -6     128 KiB  up to 16$' levels || fail "$(cat levels)"
grep -q '^  -9     1 MiB    up to 16; and one, if smaller' levels || fail "$(cat levels)"

# Tokens of its blocks have scores, and those of its text at the levels that use it.
for command in score inspect; do
  for file in 9.czip text 5.czip; do expect 0 "$CZIP" $command -m lm.czm $file >out; silent; done
done
bits() { "$CZIP" score --json "$@" | sed -n 's/.*"bits_per_byte": \([0-9]*\).*/\1/p' | head -n 1; }
[ "$(bits -9 -m lm.czm text)" -lt "$(bits -5 -m lm.czm text)" ] || fail 'score: the language model takes no part'
expect 0 "$CZIP" inspect --candidates 3 -m lm.czm 9.czip >out; silent
expect 0 "$CZIP" inspect --html -f -o page.html --candidates 3 -m lm.czm 9.czip

# verify proves it.
expect 0 "$CZIP" verify lm.czm >report; silent
for check in 'language model tokens: 300 ids, as many as the network has; 4 are silent' \
  'language model tokenizer: every byte has a token' 'language model table exp2: 32 entries equal' \
  'language model table gate: ' 'language model table rotary: ' 'language model embedding: ' \
  'language model matrix layers.0.qkv: |accumulator| <= ' 'language model matrix layers.1.down: ' \
  'language model matrix head: ' 'language model vectors: ' 'language model attention: ' \
  'language model feed-forward: ' 'language model frequencies: ' \
  'language model levels: ' 'language model coding: ' 'coding: '; do
  grep -q "^[a-z]* *$check" report || fail "no $check in: $(cat report)"
done
expect 0 "$CZIP" verify --json lm.czm >report.json; valid_json report.json
grep -q '"largest_accumulator_of_bytes": ' report.json || fail 'no figures'
expect 0 "$CZIP" verify lm.czm --against 9.czip --text text >report
grep -q '^ok *payload: is that of the text, byte for byte, at level [6-9]' report || fail "against: $(tail -3 report)"
