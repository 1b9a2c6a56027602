# The independent decoder restores what czip compresses, and refuses damaged and wrong files.
# Usage: reference_decoder.sh MODEL..., the first without a network, with these in the environment: CZIP (the command),
# DECODER (czip_reference_decoder), RANDOM_FILES (make_random_files), TINY_MODEL (make_v2_tiny_model), SEEDED_NETWORK
# (make_v2_seeded_network), WORK (a folder for this test alone). Files that the command never writes: random_files.sh.
set -euo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${CZIP:?}" "${DECODER:?}" "${RANDOM_FILES:?}" "${TINY_MODEL:?}" "${SEEDED_NETWORK:?}" "${WORK:?}"
rm -rf "$WORK"
mkdir -p "$WORK"
cd "$WORK"
unset CZIP_SIMD CZIP_MODEL_PATH

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
decodes() {  # MODEL FILE TEXT
  "$DECODER" "$1" "$2" >back || fail "$2 is refused"
  cmp -s back "$3" || fail "$2 decodes to another text than $3"
}
round_trip() {  # MODEL LEVEL TEXT
  "$CZIP" "-$2" -c -m "$1" "$3" >"$3.czip"
  decodes "$1" "$3.czip" "$3"
}
random_files() {  # MODEL COUNT
  WORK=$WORK/random_files bash "$source_folder/tests/conformance/random_files.sh" 1 "$2" "$1"
}
refuses() {  # MODEL FILE PATTERN
  local status=0
  "$DECODER" "$1" "$2" >back 2>message || status=$?
  [ $status = 2 ] || fail "$2: exit status $status instead of 2"
  [ ! -s back ] || fail "$2 is refused, and gave a text"
  grep -q -- "$3" message || fail "$2: not '$3' but: $(cat message)"
}

conformance=$source_folder/conformance
# SEED BYTES: prose, code and tables of invented words, the same on every machine.
make_text() {
  awk -v seed="$1" -v bytes="$2" '
    function pick(n) { seed = (seed * 1103 + 12345) % 65536; return int(seed * n / 65536) }
    function word(  w, i) {
      for (i = pick(3); i >= 0; i--) w = w substr("ba ce di fo gu lan mer sit tor ver ", 3 * pick(10) + 1, 3)
      gsub(/ /, "", w)
      return w
    }
    function sentence(  s, i) {
      s = "The " words[pick(40)]
      for (i = pick(9) + 2; i > 0; i--) s = s " " words[int(pick(40) * pick(40) / 40)]
      return s (pick(4) ? ". " : ",\n")
    }
    BEGIN {
      for (i = 0; i < 40; i++) words[i] = word()
      while (written < bytes) {
        kind = pick(4)
        if (kind < 2) line = sentence() sentence() "\n"
        else if (kind == 2) line = sprintf("  if (%s[%d] == \"%s\") {\n    %s += %d;\n  }\n", words[pick(40)], pick(9),
          words[pick(9)], words[pick(9)], pick(100))
        else line = sprintf("%d,%s,%s,%d.%d\n", written, words[pick(40)], words[pick(5)], pick(100), pick(10))
        written += length(line)
        printf "%s", line
      }
    }' >all_text
  head -c "$2" all_text
}
cp "$conformance/v1/english.txt" "$conformance/v1/bytes.bin" "$conformance/v1/repeated.txt" .
make_text 1 4000 >code.txt
: >empty
printf x >one
printf '名前,年齢\n佐藤,31\n鈴木,27\n"a;b",\t|x|\r\n\r\n  - k: v\n<p class="x">(a[0]{"\n' >table.csv
cat table.csv english.txt table.csv code.txt english.txt >all
head -c 6000 all >mixed
make_text 2 90000 >long  # beyond compact frames
head -c 70000 /dev/urandom >random
head -c 500 random >noise
{ cat mixed; head -c 200000 /dev/zero | tr '\0' -; cat mixed; } >repeats
# Longer lines than the history keeps, and more open brackets.
{ for i in $(seq 3000); do printf '(%d, ' $((i % 10)); done; echo; for i in $(seq 40); do echo ')) [ x'; done; } >brackets

for model in "$@"; do
  for text in empty one table.csv mixed noise english.txt bytes.bin repeated.txt code.txt brackets; do
    for level in 1 6; do round_trip "$model" $level $text; done
  done
  round_trip "$model" 1 long
  round_trip "$model" 1 repeats
  round_trip "$model" 6 random
  "$CZIP" -c -m "$model" <long >pipe.czip
  decodes "$model" pipe.czip long
  cat mixed.czip long.czip random.czip >frames.czip
  cat mixed long random >frames
  decodes "$model" frames.czip frames
  # Short texts only: the built-in network is large, and the decoder slow.
  for text in table.csv noise mixed; do
    for level in 7 9; do round_trip "$model" $level $text; done
  done
  random_files "$model" 1
done
for text in english.txt code.txt brackets long; do round_trip "$1" 9 $text; done
random_files "$1" 10

# Networks: of random weights, in several shapes; one whose states czip trained, so that they differ from those without
# it. A block of 40,000 bytes has two streams, one of 70,000 four; make_random_files makes up to 64.
for seed in $(seq 60); do
  make_text "$seed" 5000
  printf '\0'
done >corpus
"$SEEDED_NETWORK" weights 512
"$CZIP" train -q --from "$conformance/v2/tiny.czm" --network weights -o trained.czm corpus
for name in network network-gated network-extreme; do "$TINY_MODEL" $name.czm $name; done
for size in 40000 70000; do head -c $size long >text$size; done
for model in network trained network-gated network-extreme; do
  for level in 7 9; do
    for text in empty one table.csv mixed noise; do round_trip $model.czm $level $text; done
  done
  random_files "$WORK/$model.czm" 4
done
round_trip trained.czm 9 text40000
round_trip network.czm 7 text70000

# A language model: what it predicts, and what it does not; and with tensors too few, too many and of other shapes.
language=$conformance/v2/language.czm
for name in language language.streams language.blocks; do
  "$DECODER" "$language" "$conformance/v2/$name.czip" >$name.text || fail "$name.czip is refused"
  for level in 5 6 9; do round_trip "$language" $level $name.text; done
  "$CZIP" -l --json $name.text.czip | grep -q '"language_model_blocks": 1' || fail "$name.text: no language model"
done
for text in empty one table.csv mixed noise code.txt; do round_trip "$language" 9 $text; done
for name in language.prior.1 language.prior.4; do
  "$DECODER" "$conformance/v2/language.prior.czm" "$conformance/v2/$name.czip" >$name.text || fail "$name.czip is refused"
  round_trip "$conformance/v2/language.prior.czm" 9 $name.text
done
for name in llm.exp2 llm.head.scale llm_tokenizer.lengths; do
  sed "s/\"$name\"/\"${name%?}_\"/" "$language" >other.czm
  refuses other.czm "$conformance/v2/language.czip" "no tensor $name"
done

# Files as text.
decodes "$conformance/v2/tiny.czm" "$conformance/v2/english.armour" english.txt
for text in empty mixed long; do
  "$CZIP" -1 --base64 -c -m "$1" $text >$text.armour
  decodes "$1" $text.armour $text
  { echo 'Dear B,'; cat $text.armour $text.armour | sed 's/^/ > /; s/$/\r/'; } >twice.armour
  cat $text $text >twice
  decodes "$1" twice.armour twice
done
"$CZIP" -1 -c -m "$1" mixed | base64 -w0 >bare
decodes "$1" bare mixed
sed '5s/./!/' long.armour >damaged.armour
refuses "$1" damaged.armour 'no digit of base64'
sed '$d' long.armour >cut.armour
refuses "$1" cut.armour 'ends within an armour'

"$CZIP" -c -m "$1" mixed >mixed.czip
"$CZIP" -c -m "$1" long >long.czip
# Recovery records are skipped.
"$CZIP" -1 --recovery 10 -c -m "$1" mixed >recovery.czip
cat recovery.czip long.czip recovery.czip >row.czip
cat mixed long mixed >row
decodes "$1" row.czip row
# Damaged ones, too, if one of their headers is good or the file ends in them; czip says the same of a pipe.
frame=$("$CZIP" -1 -c -m "$1" mixed | wc -c)
record=$(stat -c %s recovery.czip)
patched() {  # FILE OFFSET...: other bytes there
  cp "$1" damaged.czip
  for at in "${@:2}"; do printf '\252\252' | dd of=damaged.czip bs=1 seek="$at" conv=notrunc status=none; done
}
both_give() {  # MODEL FILE TEXT STATUS
  local status=0 other=0
  "$DECODER" "$1" "$2" >back 2>message || status=$?
  cat "$2" | "$CZIP" -qdc -m "$1" >other 2>message || other=$?
  [ $status = "$4" ] || fail "$2: exit status $status of the decoder instead of $4"
  [ $other = "$4" ] || fail "$2: exit status $other of czip instead of $4"
  cmp -s back "$3" || fail "$2: another text"
  cmp -s other "$3" || fail "$2: another text of czip"
}
for at in 2 20 60 400; do
  patched row.czip $((frame + at)); both_give "$1" damaged.czip row 0
done
patched row.czip $((record - 20)); both_give "$1" damaged.czip row 0
patched row.czip $((frame + 20)) $((record - 20)); both_give "$1" damaged.czip mixed 2
for length in 20 56 300; do
  head -c $((frame + length)) row.czip >damaged.czip
  both_give "$1" damaged.czip mixed $((length < 56 ? 2 : 0))
done
# Attachments are skipped in the same way, and one that hides what follows is the end.
mkdir tree; cp mixed tree/a; cp long tree/b
"$CZIP" -1 -r -c -m "$1" tree >tree.czip
"$CZIP" -dc -m "$1" tree.czip >tar
decodes "$1" tree.czip tar
frame=$("$CZIP" -l --json tree.czip | sed -n 's/^ *"attachment_bytes": \([0-9]*\),*$/\1/p')
frame=$(($(stat -c %s tree.czip) - frame))
for at in 2 20 60; do patched tree.czip $((frame + at)); both_give "$1" damaged.czip tar 0; done
head -c $((frame + 50)) tree.czip >damaged.czip; both_give "$1" damaged.czip tar 0
head -c $((frame + 20)) tree.czip >damaged.czip; both_give "$1" damaged.czip tar 2
"$CZIP" -1 -a -m "$1" tree.czip mixed
"$CZIP" -dc --range 0: -m "$1" tree.czip >tar
decodes "$1" tree.czip tar
# Only 1 and zeros for length and hash make that mark; else it is an attachment, of which the rest is missing here.
behind_mark() {  # PLACE-AND-KIND LENGTH-AND-HASH ZEROS CHECK: a text, and a frame behind that header
  cat mixed.czip
  printf '\xfc\x41\x54%b%b' "$1" "$2"
  head -c "$3" /dev/zero
  printf '%b' "$4"
  cat long.czip
}
behind_mark '\x01HIDE' '' 24 '\x2d\x07\x38\x48' >hiding.czip; both_give "$1" hiding.czip mixed 0
behind_mark '\x02HIDE' '' 24 '\xf2\xbd\x65\xcb' >hiding.czip; both_give "$1" hiding.czip mixed 2
behind_mark '\x01HIDE' '\x01' 23 '\x3b\xc1\x93\xab' >hiding.czip; both_give "$1" hiding.czip mixed 2
# What begins as a frame must be one, also behind a record.
patched row.czip $((record + 20)); refuses "$1" damaged.czip 'header is damaged'
(cat recovery.czip; printf '\xfc') >damaged.czip; refuses "$1" damaged.czip 'ends inside'
# Zeros are padding. After garbage the text is given, and the status tells of it.
(cat mixed.czip; head -c 700 /dev/zero; cat long.czip; head -c 5000 /dev/zero) >padded.czip
cat mixed long >both
decodes "$1" padded.czip both
for garbage in x '\0\0x'; do
  (cat padded.czip; printf '%b' "$garbage") >garbage.czip
  status=0
  "$DECODER" "$1" garbage.czip >back 2>message || status=$?
  [ $status = 2 ] || fail "garbage: exit status $status instead of 2"
  cmp -s back both || fail 'garbage: another text'
  grep -q garbage message || fail "garbage: $(cat message)"
done

# What must be refused.
for name in mixed long; do
  size=$(stat -c %s $name.czip)
  for at in 3 9 20 40 $((size / 2)) $((size - 2)); do
    cp $name.czip damaged.czip
    byte=$(od -An -tu1 -j$at -N1 $name.czip)
    printf '%b' "\\x$(printf %x $((byte ^ 16)))" | dd of=damaged.czip bs=1 seek=$at conv=notrunc status=none
    refuses "$1" damaged.czip .
    head -c $at $name.czip >cut.czip
    refuses "$1" cut.czip .
  done
done
refuses "$1" empty 'is empty'
refuses "$1" english.txt 'no CZIPv2'
refuses "$conformance/v1/seeded.czm" mixed.czip 'of format czip-model-v1, not czip-model-v2'
"$TINY_MODEL" other.czm other
refuses other.czm mixed.czip 'was made with the model'
refuses other.czm long.czip 'was made with the model'
# A model of another name is the same; one of other content, or that does not state its hash, is refused.
sed 's/"name":"tiny"/"name":"tyni"/' "$conformance/v2/tiny.czm" >renamed.czm
decodes renamed.czm mixed.czip mixed
cp "$conformance/v2/tiny.czm" changed.czm
size=$(stat -c %s changed.czm)
byte=$(od -An -tu1 -j$((size - 1)) -N1 changed.czm)
printf '%b' "\\x$(printf %x $((byte ^ 1)))" | dd of=changed.czm bs=1 seek=$((size - 1)) conv=notrunc status=none
refuses changed.czm mixed.czip 'but it states another'
sed 's/"content_hash"/"content_h_sh"/' "$conformance/v2/tiny.czm" >other.czm
refuses other.czm mixed.czip 'states no hash'
# Profile 3, a network in profile 0, a network and a language model in a model that has none, and tensors too few and
# too many.
cp mixed.czip settings.czip
for refusal in '\x93 unknown settings' '\xbf unknown settings' '\x84 profile 0' '\x86 the model has none' \
  '\x87 with a language model, and the model has none'; do
  printf '%b' "${refusal%% *}" | dd of=settings.czip bs=1 seek=1 conv=notrunc status=none
  refuses "$1" settings.czip "${refusal#* }"
done
for name in network.exp2 network.layers.1.qkv state.network.2.match_maps; do
  sed "s/\"$name\"/\"${name%?}_\"/" network.czm >other.czm
  refuses other.czm mixed.czip "no tensor $name"
done
sed 's/"network.config"/"network.Config"/' network.czm >other.czm
refuses other.czm mixed.czip 'unknown tensors'
