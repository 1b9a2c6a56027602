# Which model and which format: -m, --format, CZIP_MODEL_PATH, the built-in model.
source "$(dirname "$0")/v2_common.sh"
text 40 >a
expect 0 "$CZIP" -m "$MODEL2" a
expect 0 "$CZIP" -c -m "$MODEL" a >v1.czip
grep -q '^CZIPv1' v1.czip || fail 'a model of compress.zip does not write its format'

# A wrong model is refused with both hashes.
hash_of() { "$CZIP" -l --json "$1" | sed -n 's/.*"model_hash": "\(.*\)".*/\1/p'; }
expect 0 "$CZIP" -c -m "$OTHER2" a >other.czip
text 3000 >b
expect 0 "$CZIP" -m "$MODEL2" b
expect 0 "$CZIP" -c -m "$OTHER2" b >other-b.czip
for name in a b; do
  expect 2 "$CZIP" -d -m "$OTHER2" -o out $name.czip; one_line
  stderr_has "$(hash_of $name.czip)"; stderr_has "$(hash_of other-b.czip)"
  expect 2 "$CZIP" -t -m "$OTHER2" $name.czip; one_line
done
absent out
# It is found by its hash, and by nothing else.
expect 0 env CZIP_MODEL_PATH=/nowhere:models "$CZIP" -dc -m "$OTHER2" b.czip | cmp - b
expect 0 env CZIP_MODEL_PATH=models "$CZIP" -dc a.czip | cmp - a
expect 0 env CZIP_MODEL_PATH=models "$CZIP" -dc -m tiny a.czip | cmp - a
printf 'junk' >models/0.czm
mkfifo models/1.czm
ln -s /dev/zero models/2.czm
mkdir models/3.czm
expect 1 env CZIP_MODEL_PATH=models "$CZIP" -dc -m 1 a.czip; one_line; stderr_has 'no such model'
expect 0 env CZIP_MODEL_PATH=models "$CZIP" -t a.czip b.czip other.czip other-b.czip; silent
cat b.czip other-b.czip | expect 0 env CZIP_MODEL_PATH=models "$CZIP" -dc | cmp - <(cat b b)

# Another name does not make another model; another bit does, and is refused wherever it is met.
sed 's/"name":"tiny"/"name":"tyni"/' "$MODEL2" >renamed.czm
for name in a b; do expect 0 "$CZIP" -dc -m renamed.czm $name.czip | cmp - $name; done
expect 0 "$CZIP" verify --json renamed.czm >renamed.json
expect 0 "$CZIP" verify --json "$MODEL2" >tiny.json
tiny_hash=$(sed -n 's/.*"hash": "\(.*\)".*/\1/p' tiny.json)
[ "$tiny_hash" = "$(sed -n 's/.*"hash": "\(.*\)".*/\1/p' renamed.json)" ] || fail 'the name changes the hash'
size=$(stat -c %s "$MODEL2")
for at in $((size - 1)) $((size / 2)) $((size / 3)) 3000; do
  change_bit "$MODEL2" $at changed.czm
  expect 2 "$CZIP" verify changed.czm >out; one_line; stderr_has "metadata says '$tiny_hash'"
  expect 2 "$CZIP" -dc -m changed.czm a.czip >out; one_line; stderr_has "$tiny_hash"
  expect 2 "$CZIP" -c -m changed.czm a >out; one_line; [ ! -s out ] || fail 'a damaged model codes'
done
sed 's/"content_hash"/"content_h_sh"/' "$MODEL2" >no_hash.czm
expect 2 "$CZIP" verify no_hash.czm >out; one_line; stderr_has 'has no content_hash'; stderr_has "$tiny_hash"

# --expect-hash.
other_hash=$(hash_of other-b.czip)
for words in "verify $MODEL2" "-c -m $MODEL2 a" "-dc -m $MODEL2 a.czip" "-t -m $MODEL2 a.czip"; do
  IFS=' ' read -ra command <<<"$words"
  expect 0 "$CZIP" "${command[@]}" --expect-hash "$(echo "$tiny_hash" | tr a-f A-F)" >out
  expect 2 "$CZIP" "${command[@]}" --expect-hash "$other_hash" >out; one_line
  stderr_has "not of $other_hash, as --expect-hash wants"
  expect 1 "$CZIP" "${command[@]}" --expect-hash "${tiny_hash#?}" >out; one_line; stderr_has '32 hexadecimal digits'
done
expect 0 env CZIP_MODEL_PATH=models "$CZIP" -t --expect-hash "$tiny_hash" a.czip b.czip; silent
expect 2 env CZIP_MODEL_PATH=models "$CZIP" -t --expect-hash "$tiny_hash" other-b.czip; one_line

# verify proves the arithmetic of czip's own models, and a compression made with them.
"$TINY_MODEL" network.czm network
"$TINY_MODEL" extreme.czm network-extreme
for model in network extreme; do
  expect 0 "$CZIP" verify $model.czm >report
  for check in sizes 'prior order 0' 'prior order 1' 'mixer state.network.2.candidate.weights' 'mixer state.network.2.tree.weights' 'matrix embedding' \
    'matrix layers.0.qkv' 'scale layers.0.value' 'matrix layers.0.down' 'matrix group_head' 'scale logits' \
    'residual stream' norms attention activation 'table exp2' 'output softmax' coding; do
    grep -q "^ok *$check: " report || fail "$model: no $check in: $(cat report)"
  done
  expect 0 "$CZIP" verify --json $model.czm >report.json; valid_json report.json
done
for level in 1 5 8; do
  expect 0 "$CZIP" -$level -c -m network.czm a b >ab.czip
  cat a b >ab
  expect 0 "$CZIP" verify network.czm --against ab.czip --text ab >report
  grep -q '^ok *payload: is that of the text, byte for byte, at level' report || fail "against: $(tail -4 report)"
  grep -q '^ok *size: ' report || fail 'no ratio'
done
seq 40000 >long
expect 0 "$CZIP" -6 -c -m "$MODEL2" <long >long.czip
expect 0 "$CZIP" verify "$MODEL2" --against long.czip --text long >report
grep -q '^ok *payload: .* at level 6$' report || fail "against: $(tail -4 report)"
expect 2 "$CZIP" verify "$MODEL2" --against long.czip --text ab >report
grep -q '^FAILED *decoding: the text differs from byte 0' report || fail "another text: $(tail -4 report)"
expect 2 "$CZIP" verify "$OTHER2" --against long.czip --text long >report
grep -q '^FAILED *file: was made with the model' report || fail "another model: $(tail -4 report)"
change_bit long.czip $(($(stat -c %s long.czip) / 2)) changed.czip
expect 2 "$CZIP" verify "$MODEL2" --against changed.czip --text long >report
expect 2 "$CZIP" verify -q "$MODEL2" --against changed.czip --text long >report; one_line
[ ! -s report ] || fail '-q prints a report'
expect 1 "$CZIP" verify --dialect rust "$MODEL2"; one_line; stderr_has 'leave out --dialect'

# A model of another format is refused by name.
sed 's/czip-model-v2/czip-model-v9/' "$MODEL2" >later.czm
expect 2 "$CZIP" -c a -m later.czm >x; one_line; stderr_has 'is a model of the format czip-model-v9'
expect 2 "$CZIP" verify later.czm >x; one_line; stderr_has 'is a model of the format czip-model-v9'

# verify --against: padding between frames and recovery data are no text, garbage is refused, and limits hold.
expect 0 "$CZIP" -1 --recovery 10 -c -m "$MODEL2" a >first.czip
(cat first.czip; head -c 700 /dev/zero; cat a.czip; head -c 10 /dev/zero) >row.czip; cat a a >row
expect 0 "$CZIP" verify "$MODEL2" --against row.czip --text row >x
grep -q '^ok *other data: 710 bytes of zeros, [0-9,]* bytes of recovery data' x || fail 'other data are not told'
grep -q '^ok *payload' x || fail 'frames behind padding are not found'
(cat row.czip; echo x) >garbage.czip
expect 2 "$CZIP" verify "$MODEL2" --against garbage.czip --text row >x
grep -q "^FAILED *other data: from byte $(stat -c %s row.czip) on" x || fail 'garbage is not told'
for limits in '-M 1000' '-M 100K' '--max-output 5'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 1 "$CZIP" verify $limits "$MODEL2" --against row.czip --text row >x; one_line
  stderr_has "${limits%% *}"
done

# Both formats in one command.
expect 0 env CZIP_MODEL_PATH=models "$CZIP" -t -m "$MODEL" v1.czip a.czip; silent
expect 0 "$CZIP" -l v1.czip a.czip >list.txt
grep -q '^total .* 2 files' list.txt || fail 'total of both formats'
expect 1 "$CZIP" -t v1.czip; one_line; stderr_has 'name its model with -m'
expect 1 "$CZIP" -t -m "$MODEL2" v1.czip; one_line; stderr_has czip-model-v2
expect 1 "$CZIP" -dc --range 0:5 -m "$MODEL" v1.czip; one_line; stderr_has 'seek table'
# A model of CZIPv1 that nothing needed is named, and does not write format 2.
(
  export CZIP_MODEL_PATH=models
  for words in '-dc a.czip b.czip' '-t a.czip' "-d --text $(base64 -w0 a.czip)" '-dc --salvage a.czip'; do
    # shellcheck disable=SC2086  # the options are meant to be split
    expect 0 "$CZIP" -m "$MODEL" $words >x; one_line; stderr_has 'is a czip-model-v1 and was not used'
  done
  expect 0 "$CZIP" train -q --epochs 0 -m "$MODEL" -o trained.czm b.czip; silent
  expect 0 "$CZIP" train -f --epochs 0 -m "$MODEL" -o trained.czm b.czip; stderr_has 'was not used'
)
mkdir folder; cp a folder
expect 0 "$CZIP" -r -m "$MODEL2" folder
for words in 'append new.czip folder' 'append folder.czip a' 'repack -o new.czip folder.czip'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 1 "$CZIP" $words -m "$MODEL"; one_line; stderr_has 'is a czip-model-v1, which format 2 cannot use'
done
absent new.czip

# --format.
expect 0 "$CZIP" --format 2 -c -m "$MODEL2" a >x; same x a.czip
expect 0 "$CZIP" --format 1 -c -m "$MODEL" a >x; same x v1.czip
expect 1 "$CZIP" --format 2 -c -m "$MODEL" a >x; one_line; stderr_has czip-model-v1
expect 1 "$CZIP" --format 1 -c -m "$MODEL2" a >x; one_line; stderr_has czip-model-v2
expect 1 "$CZIP" --format 1 -c a >x; one_line; stderr_has 'no built-in model'
expect 1 "$CZIP" --codec zstd -c -m "$MODEL2" a >x; one_line; stderr_has 'format 1'
expect 1 "$CZIP" -6 -c -m "$MODEL" a >x; one_line; stderr_has 'use 1 to 5'
expect 1 "$CZIP" compress -m "$MODEL2" -i a -o x; one_line

# The built-in model, where this build has one; without it the error says so.
status=0
"$CZIP" -c a >built-in.czip 2>.err || status=$?
if [ $status = 0 ]; then
  expect 0 "$CZIP" -dc built-in.czip | cmp - a
  expect 0 "$CZIP" -c -m built-in a >x; silent; same x built-in.czip
  expect 0 "$CZIP" -dc -m built-in built-in.czip >x; silent; same x a
  expect 0 "$CZIP" -i -m built-in <a | "$CZIP" -i -m built-in | cmp - a
  for words in '-t -m built-in built-in.czip' '-l -m built-in built-in.czip' 'score -1 -m built-in a' \
    'inspect -1 -m built-in a' 'compare -1 -m built-in a a' 'verify built-in' 'model built-in'; do
    # shellcheck disable=SC2086  # the options are meant to be split
    expect 0 "$CZIP" $words >x; silent
  done
  expect 1 "$CZIP" --format 1 -c -m built-in a >x; one_line; stderr_has 'built-in is a czip-model-v2'
else
  [ $status = 1 ] || fail "status $status without a model"
  one_line; stderr_has 'no built-in model'; stderr_has '-m MODEL'
  for words in '-c -m built-in a' '-t -m built-in a.czip' 'verify built-in'; do
    # shellcheck disable=SC2086  # the options are meant to be split
    expect 1 "$CZIP" $words >x; one_line; stderr_has 'no model is built into'
  done
fi
# A file of that name is meant before it.
cp "$MODEL2" built-in
expect 0 "$CZIP" -c -m built-in a >x; silent; same x a.czip
clean
