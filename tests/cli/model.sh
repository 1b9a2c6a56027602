# czip model: cards, the models at hand, and which one a file needs.
source "$(dirname "$0")/v2_common.sh"
text 40 >a
text 3000 >b
field() { sed -n "s/.*\"$2\": \"\{0,1\}\([^\",]*\).*/\1/p" "$1" | head -n 1; }
hash_of() { "$CZIP" verify --json "$1" >verify.json && field verify.json hash; }
tiny=$(hash_of "$MODEL2")
other=$(hash_of "$OTHER2")

# Cards.
expect 0 "$CZIP" model "$MODEL2" >card; silent
for line in '^  name           tiny$' '^  licence        ' '^  training data  ' '^  format         czip-model-v2$' \
  "^  hash           $tiny\$" "^  size           $(stat -c %s "$MODEL2" | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta') bytes\$" \
  '^  tokenizer      [0-9,]* tokens of at most [0-9]* bytes' '^  n-gram prior   [0-9,]* bytes$' '^  network        none$'; do
  grep -q "$line" card || fail "no $line in: $(cat card)"
done
expect 0 "$CZIP" model --json "$MODEL2" "$MODEL" >card.json; silent; valid_json card.json
[ "$(field card.json hash)" = "$tiny" ] || fail 'the hash in JSON'
[ "$(grep -c '"tokenizer"' card.json)" = 2 ] || fail 'two cards'
"$TINY_MODEL" network.czm network
expect 0 "$CZIP" model network.czm "$MODEL" >card; silent
[ "$(grep -c '^  network        transformer, int8: [0-9]* layers\{0,1\} of width [0-9]*' card)" = 2 ] || fail 'networks'
expect 0 "$CZIP" model "$(dirname "$0")/../../conformance/v2/networks.czm" >card; silent
grep -q '^  recurrent      int8, state of [0-9]*, [0-9]* hidden units; [0-9,]* bytes$' card || fail "$(cat card)"
expect 0 env CZIP_MODEL_PATH=models "$CZIP" model tiny >by-name; silent; grep -q "$tiny" by-name || fail 'by name'

# What is wrong with one.
size=$(stat -c %s "$MODEL2")
change_bit "$MODEL2" $((size / 2)) changed.czm
expect 2 "$CZIP" model changed.czm >card; one_line; [ ! -s card ] || fail 'a card of a damaged model'
expect 2 "$CZIP" model a >card; one_line; stderr_has 'is not a model'
expect 1 "$CZIP" model nowhere >card; one_line; stderr_has 'nowhere'
expect 1 env CZIP_MODEL_PATH=models "$CZIP" model nowhere >card; one_line; stderr_has 'no such model'
expect 2 "$CZIP" model a "$MODEL2" >card; one_line; grep -q "$tiny" card || fail 'an error ends it'
expect 2 "$CZIP" model - <a >card; one_line; stderr_has 'is not a file that czip wrote'
for words in -l -t '-dc'; do expect 2 "$CZIP" $words "$MODEL2" >card; one_line; stderr_has 'is a model; czip model describes it'; done

# The models at hand. What is no model is left out.
printf junk >models/0.czm
mkfifo models/1.czm
ln -s /dev/zero models/2.czm
mkdir models/3.czm
(printf '\x40\0\0\0\0\0\0\0'; printf '{"__metadata__":%060d' 0 | tr 0 '[') >models/4.czm
cp "$MODEL" models/v1.czm
expect 0 env CZIP_MODEL_PATH=/nowhere:models "$CZIP" model >list; silent
grep -q "^czip-model-v2  no  .* $tiny  tiny  *models/tiny.czm\$" list || fail "no tiny in: $(cat list)"
grep -q "^czip-model-v2  no  .* $other  other  *models/other.czm\$" list || fail 'no other'
grep -q '^czip-model-v1  yes .* models/v1.czm$' list || fail 'no v1'
! grep -q 'models/[0-4]' list || fail 'what is no model is listed'
expect 0 env CZIP_MODEL_PATH=models "$CZIP" model --json >list.json; silent; valid_json list.json
[ "$(grep -c "\"hash\": \"$tiny\"" list.json)" = 1 ] || fail 'the list as JSON'
expect 0 "$CZIP" model >at-hand; silent
if grep -q 'built in$' at-hand; then
  expect 0 "$CZIP" model built-in >card; silent; grep -q '^built-in$' card || fail 'the built-in card'
else
  grep -q '^No models' at-hand || fail 'an empty list'
  expect 1 "$CZIP" model built-in >card; one_line; stderr_has 'no model is built into'
fi

# Which model a file needs, and whether it is here. A compact frame has the first digits of the hash.
expect 0 "$CZIP" -m "$MODEL2" a b
expect 0 env CZIP_MODEL_PATH=models "$CZIP" model a.czip b.czip >needs; silent
grep -q "^a.czip: needs the model ${tiny:0:6}: tiny, models/tiny.czm\$" needs || fail "$(cat needs)"
grep -q "^b.czip: needs the model $tiny: tiny, models/tiny.czm\$" needs || fail "$(cat needs)"
expect 1 "$CZIP" model b.czip >needs; one_line; stderr_has "needs the model of hash $tiny, which is not here"
grep -q ": not here\$" needs || fail 'what is missing is not told'
expect 1 "$CZIP" model --json b.czip >needs.json; valid_json needs.json
grep -q '"found": false' needs.json || fail 'what is missing is not in JSON'
expect 0 "$CZIP" -c -m "$OTHER2" b >other-b.czip
cat b.czip other-b.czip b.czip | expect 0 env CZIP_MODEL_PATH=models "$CZIP" model - >needs
[ "$(wc -l <needs)" = 2 ] || fail 'two models'
expect 0 "$CZIP" --base64 -m "$MODEL2" -c a | expect 0 env CZIP_MODEL_PATH=models "$CZIP" model - >needs
grep -q "(standard input): needs the model ${tiny:0:6}: tiny" needs || fail 'of text'
noise 300 >stored
expect 0 "$CZIP" -m "$MODEL2" stored
expect 0 "$CZIP" model stored.czip >needs; silent; grep -q 'needs no model' needs || fail 'stored'
expect 0 "$CZIP" -c -m "$MODEL" a >v1.czip
expect 0 "$CZIP" model v1.czip >needs; silent; grep -q 'does not say which model' needs || fail 'CZIPv1'
head -c 40 b.czip >cut.czip
expect 2 "$CZIP" model cut.czip >needs; one_line

# Nothing that is printed steers a terminal.
documents 30 300 >corpus
expect 0 "$CZIP" train -q --vocabulary 300 -o escapes.czm --name $'x\e]0;P\a\n  hash   none' corpus
expect 0 "$CZIP" model escapes.czm >card; silent
grep -q '^  name           x\\x1b\]0;P\\x07\\x0a  hash   none$' card || fail "escapes: $(cat card)"
mkdir escapes
mv escapes.czm escapes
expect 0 env CZIP_MODEL_PATH=escapes "$CZIP" model >list; ! grep -q $'\e' list || fail 'an escape in the list'
clean
