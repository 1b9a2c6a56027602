# czip train --from a model with a public language model: a prior of texts, what it gives, and what is refused.
source "$(dirname "$0")/v2_common.sh"
: "${SEEDED_NETWORK:?path of make_v2_seeded_network}"
"$TINY_MODEL" lm.czm language-model
# Texts of one collection: the new one has lines of the other, in another order.
prose 3 14000 >known
tac known | awk 'NR % 5 == 1' >new
train() { "$CZIP" train --from lm.czm "$@"; }
size() { stat -c %s "$1"; }

# What is said of it, and that the same texts give the same model.
expect 0 train -o prior.czm known
stderr_has '^training: prior$'
stderr_has "^prior.czm: $(size prior.czm | sed ':a;s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta') bytes, hash [0-9a-f]\{32\}\$"
stderr_has '^  its prior: [0-9,]* tokens, which stand for 14,000 bytes of text$'
tokens=$(sed -n 's/^  its prior: \([0-9,]*\) .*/\1/p' .err)
hash=$(sed -n 's/^prior.czm: .* hash //p' .err)
expect 0 train -q -o again.czm known; silent; same prior.czm again.czm
expect 0 "$CZIP" model prior.czm >card; silent
grep -q "^  hash *$hash\$" card || fail "another hash: $(cat card)"
grep -q "^  prior *$tokens tokens of text" card || fail "no prior: $(cat card)"
expect 0 "$CZIP" model lm.czm >card.before; ! grep -q '^  prior' card.before || fail 'a prior that is none'
expect 0 "$CZIP" model --json prior.czm >card.json; valid_json card.json
grep -q "\"prior_tokens\": ${tokens//,/}" card.json || fail "no prior: $(cat card.json)"
expect 0 "$CZIP" verify prior.czm >report; silent
grep -q "^ok *language model prior: $tokens tokens, at most 1,048,576; .* 14,000 bytes of text\$" report || fail "$(cat report)"
expect 0 "$CZIP" verify lm.czm >report; ! grep -q 'language model prior' report || fail 'a prior that is none'

# Like texts become smaller, and need this very model.
for level in 6 9; do
  expect 0 "$CZIP" -q -$level -m lm.czm -o without.czip new
  expect 0 "$CZIP" -q -$level -m prior.czm -o with.czip new
  expect 0 "$CZIP" -dc -m prior.czm with.czip | cmp - new
  [ "$(size with.czip)" -lt $(($(size without.czip) * 9 / 10)) ] ||
    fail "level $level: $(size with.czip) bytes with the prior, $(size without.czip) without"
  expect 0 "$CZIP" -dc -T1 --simd scalar -m prior.czm with.czip | cmp - new
  expect 2 "$CZIP" -dc -m lm.czm with.czip >out; one_line; stderr_has "made with the model of hash ${hash:0:6}"; [ ! -s out ] || fail 'another model decodes'
  rm with.czip without.czip
done

# A prior that was there is replaced. The card stays but for what is given.
expect 0 "$CZIP" train -q --from prior.czm -o replaced.czm new
expect 0 train -q -o direct.czm new
same replaced.czm direct.czm
expect 0 "$CZIP" train -q --from prior.czm --license CC0 --name words -o named.czm known
expect 0 "$CZIP" model named.czm >card.named
grep -q '^  licence *CC0$' card.named || fail "$(cat card.named)"
grep -q '^  name *words$' card.named || fail "$(cat card.named)"
for line in description hash format 'language model' prior; do
  [ "$(grep "^  $line " card.named)" = "$(grep "^  $line " card)" ] || fail "$line: $(cat card.named)"
done

# Of an import, source and kind stay.
: "${PUBLIC_MODELS:?path of make_public_models}"
mkdir -p public/folder
"$PUBLIC_MODELS" public
expect 0 "$CZIP" import -q -m "$MODEL2" -o imported.czm public/tiny.gguf
expect 0 "$CZIP" model imported.czm >card.imported
expect 0 "$CZIP" train -q --from imported.czm -o of_import.czm known
expect 0 "$CZIP" model of_import.czm >card.of_import
grep -q '^  source file *tiny.gguf$' card.of_import || fail "$(cat card.of_import)"
[ "$(grep '^  source ' card.of_import)" = "$(grep '^  source ' card.imported)" ] || fail "$(cat card.of_import)"
expect 0 "$CZIP" verify -q of_import.czm
expect 0 "$CZIP" -c -9 -m of_import.czm new >packed
expect 0 "$CZIP" -dc -m of_import.czm packed | cmp - new

# Several texts, a folder, a compressed text, and the limit of tokens.
mkdir folder; cp known folder/1; cp new folder/2
expect 0 train -q -o two.czm known new
expect 0 train -q -r -o folder.czm folder; same two.czm folder.czm
expect 0 "$CZIP" -q -m "$MODEL2" -o known.czip known
expect 0 train -q -m "$MODEL2" -o compressed.czm known.czip; same prior.czm compressed.czm
printf '%0600000d' 0 >zeros; printf '%0900000d' 1 >ones
expect 0 train -o full.czm zeros ones
stderr_has '^  its prior: 1,048,576 tokens, which stand for 1,048,576 bytes of text$'
[ "$(size full.czm)" -lt $(($(size lm.czm) + 4 * 1048576 + 1000)) ] || fail 'the model is too large'
expect 0 "$CZIP" verify -q full.czm

# What is refused; nothing is written.
refused() { # STATUS PATTERN WORD...
  local status=$1 pattern=$2
  shift 2
  expect "$status" "$CZIP" train "$@"; one_line; stderr_has "$pattern"; absent x.czm; clean
}
: >empty
refused 1 'empty: is empty' -q --from lm.czm -o x.czm empty
"$SEEDED_NETWORK" network 270
refused 1 'lm.czm has a language model.*leave out --network, ' --from lm.czm --network network -o x.czm missing
if [ "${TRAINS_NETWORK:?ON or OFF}" = ON ]; then
  refused 1 'lm.czm has a language model.*--minutes' --from lm.czm --minutes 1 -o x.czm missing
  refused 1 'lm.czm has a language model.*--tokens' --from lm.czm --tokens 1 --checkpoint state -o x.czm missing
fi
for option in '--vocabulary 300' '--prior-size 1000' '--epochs 2'; do
  IFS=' ' read -ra words <<<"$option"
  refused 1 "leave out .*${words[0]}" --from lm.czm "${words[@]}" -o x.czm missing
done
for option in '--seed 2' '--network-size small' '--checkpoint state' '--save-network state' '--checkpoint state --resume'; do
  IFS=' ' read -ra words <<<"$option"
  refused 1 "need --minutes" --from lm.czm "${words[@]}" -o x.czm missing
done
refused 1 'leave it out' --format 1 --minutes 1 --from lm.czm -o x.czm missing
refused 1 'needs a network: --network FILE, --minutes or --tokens' --from "$MODEL2" -o x.czm missing
change_bit prior.czm $(($(size prior.czm) - 20)) changed.czm
refused 2 'changed.czm: is damaged' --from changed.czm -o x.czm missing
expect 1 train -o x.czm known missing; stderr_has 'missing'; stderr_has 'nothing was trained'; absent x.czm; clean

# What exists stays without -f, and no output is an input, whatever its name.
cp lm.czm lm.before; cp known known.before; echo 1 >target
expect 1 train -q -o target known; one_line; stderr_has 'target exists'; [ "$(cat target)" = 1 ] || fail overwritten
expect 0 train -q -f -o target known; same target prior.czm
ln lm.czm hard; ln -s lm.czm soft
for output in lm.czm ./lm.czm hard soft known folder/2; do
  expect 1 train -q -f -r -o "$output" known folder; one_line; stderr_has 'is both input and output'
done
same lm.czm lm.before; same known known.before; same folder/2 new
expect 1 train -q -f -o folder known; one_line; stderr_has 'is a directory'
expect 1 train -q -o no_folder/x.czm known; one_line; stderr_has 'cannot create a file in no_folder/'
expect 1 train -q -f -o /dev/full known; stderr_has '/dev/full: No space left'
(ulimit -f 100; expect 1 train -q -o x.czm known; one_line; stderr_has 'x.czm: File too large')
absent x.czm; clean
