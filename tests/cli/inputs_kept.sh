# No command destroys an input of its own: an output that names one, by whatever name, is refused, also with -f.
source "$(dirname "$0")/v2_common.sh"
text 20 >a.txt
documents 30 300 >corpus
cp a.txt text.before
cp corpus corpus.before
cp "$MODEL" m1.czm
cp "$MODEL2" m2.czm
ln m2.czm hard
ln -s m2.czm soft
expect 0 "$CZIP" -k -m m2.czm a.txt
expect 0 "$CZIP" -o a.v1 -m m1.czm a.txt
cp a.txt.czip file.before

# refused INPUT BEFORE ARGUMENT...: refused with one line, and INPUT still is what it was.
refused() {
  local input=$1 before=$2
  shift 2
  expect 1 "$CZIP" "$@" </dev/null; one_line
  stderr_has 'both input and output\|as two outputs'
  same "$input" "$before"
}
# The model, under each of its names, in each command.
for output in m2.czm hard soft ./m2.czm "$WORK/m2.czm"; do
  refused m2.czm "$MODEL2" -f -m m2.czm -o "$output" a.txt
  refused m2.czm "$MODEL2" -df -m m2.czm -o "$output" a.txt.czip
  refused m2.czm "$MODEL2" -rf -m m2.czm -o "$output" a.txt corpus
done
refused m1.czm "$MODEL" compress -m m1.czm -i a.txt -o m1.czm
refused m1.czm "$MODEL" decompress -m m1.czm -i a.v1 -o m1.czm
expect 1 "$CZIP" -cm m2.czm a.txt >>m2.czm; one_line
same m2.czm "$MODEL2"
# A model that is found: by name, and by the hash in a file.
mkdir found
cp "$MODEL2" found/tiny.czm
CZIP_MODEL_PATH=found refused found/tiny.czm "$MODEL2" -f -m tiny -o found/tiny.czm a.txt
CZIP_MODEL_PATH=found refused found/tiny.czm "$MODEL2" -df -o found/tiny.czm a.txt.czip
# A tokenizer.
printf '{}' >tokenizer.json
cp tokenizer.json tokenizer.before
for command in "compress -i a.txt" "decompress -i a.v1"; do
  read -ra words <<<"$command"
  "$CZIP" "${words[@]}" -m m1.czm -t tokenizer.json -o tokenizer.json 2>.err && fail 'a tokenizer was replaced'
  same tokenizer.json tokenizer.before
done
# Inputs that come later in the list, and one that was read before.
cp a.txt b.txt
cp a.txt.czip b.txt.czip
cp b.txt.czip later.before
expect 1 "$CZIP" -f -m m2.czm b.txt b.txt.czip; stderr_has 'both input and output'
same b.txt.czip later.before

# Training: its texts, also those in folders, a model to start from, a network; and two outputs in one file.
train() { "$CZIP" train -q --vocabulary 300 "$@"; }
mkdir texts
cp corpus texts/corpus
refused corpus corpus.before train -q -f --vocabulary 300 -o corpus corpus
refused texts/corpus corpus.before train -q -f -r --vocabulary 300 -o texts/corpus texts
refused m2.czm "$MODEL2" train -q -f --from m2.czm --network a.txt -o m2.czm corpus
refused m2.czm "$MODEL2" train -q -f --from soft --network a.txt -o hard corpus
refused a.txt text.before train -q -f --from m2.czm --network a.txt -o a.txt corpus
refused corpus corpus.before train -q -f --tokens 1 --save-network corpus -o new.czm corpus
refused corpus corpus.before train -q -f --tokens 1 --checkpoint corpus -o new.czm corpus
refused corpus corpus.before train -q -f --tokens 1 --checkpoint new.czm -o ./new.czm corpus
refused corpus corpus.before train -q -f --tokens 1 --checkpoint s --save-network s -o new.czm corpus
# A file that is no checkpoint of this training is not replaced unasked; nor is a device, by a file.
expect 1 train --tokens 1 --checkpoint a.txt -o new.czm corpus; one_line; stderr_has 'exists'
same a.txt text.before
expect 0 train -f -o /dev/null corpus
[ -c /dev/null ] || fail '/dev/null was replaced'
mkdir folder
expect 1 train -f -o folder corpus; one_line; stderr_has 'directory'
absent new.czm
# Where a link leads, the model is written, and the link stays.
ln -s linked.czm link.czm
expect 0 train -o link.czm corpus
[ -L link.czm ] || fail 'the link was replaced'
present linked.czm

# --rm keeps a file that is the model, too.
cp m2.czm own.czm
expect 1 "$CZIP" --rm -m own.czm own.czm; one_line; stderr_has 'was kept'
present own.czm

# An archive inside what it archives: it never holds itself, nor the archive that it replaces.
mkdir -p tree/deep
cp a.txt tree/deep/a.txt
cp corpus tree/corpus
expect 0 "$CZIP" -rq -m m2.czm -o tree/deep/all.czip tree
expect 0 "$CZIP" -rfq -m m2.czm -o tree/deep/all.czip tree
expect 0 "$CZIP" -rfq -m m2.czm -o tree/deep/all.czip tree
expect 0 "$CZIP" -rcq -m m2.czm tree >tree/stream
expect 0 "$CZIP" -rcq -m m2.czm tree >>tree/stream
mkdir out
expect 0 "$CZIP" -dq -m m2.czm -o out tree/deep/all.czip
(cd out/tree && find . -type f | LC_ALL=C sort) >names
printf './corpus\n./deep/a.txt\n' | cmp - names || fail "an archive holds $(cat names)"
refused tree/corpus corpus.before -rf -m m2.czm -o tree/corpus tree
clean
