# czip import: public language models of all kinds of files become models; what is refused, and what stays.
source "$(dirname "$0")/v2_common.sh"
: "${PUBLIC_MODELS:?path of make_public_models}"
mkdir folder
"$PUBLIC_MODELS" .
import() { "$CZIP" import -m "$MODEL2" "$@"; }

# The card's texts are in the header, as JSON.
states() { head -c 3000 "$1" | tr -d '\0' | grep -qF -- "\"$2\":\"$3\"" || fail "$1 does not state $2 $3"; }
hash_of() { sha256sum | cut -d' ' -f1; }

# A GGUF file.
expect 0 import tiny.gguf
stderr_has '^tiny: 2 layers of width 48, 257 tokens, a context of 64$'
stderr_has '^tiny.czm: [0-9,]* bytes, hash [0-9a-f]\{32\}$'
source_hash=sha256:$(hash_of <tiny.gguf)
stderr_has "^  of tiny.gguf, $source_hash; [0-9.]* s$"
states tiny.czm format czip-model-v2
states tiny.czm name tiny
states tiny.czm kind base
states tiny.czm source_file tiny.gguf
states tiny.czm source_hash "$source_hash"
grep -q 'llm_tokenizer.lengths' <(head -c 9000 tiny.czm) || fail 'no tokenizer'
[ "$(stat -c %a tiny.czm)" = "$(printf %o $((0666 & ~0$(umask))))" ] || fail 'permissions'
expect 0 import -q -o again.czm tiny.gguf; silent; same tiny.czm again.czm
expect 0 import -q -o links.czm ./tiny.gguf; same tiny.czm links.czm
cp "$MODEL2" other.czm
expect 0 "$CZIP" import -q -m other.czm -o built.czm tiny.gguf; same tiny.czm built.czm
expect 0 import -q --name 'a "name"' --description words --license CC0 --training-data none -o named.czm tiny.gguf
states named.czm name 'a \"name\"'; states named.czm description words
states named.czm license CC0; states named.czm training_data none
expect 0 import -q qwen2.gguf; present qwen2.czm

# The card.
expect 0 "$CZIP" model named.czm >card; silent
grep -q '^  source file    tiny.gguf$' card || fail 'no source'
grep -q '^  source kind    base$' card || fail 'no kind'
grep -q '^  language model language model, int8: 2 layers of width 48.*; 257 tokens$' card || fail 'no language model'
expect 0 "$CZIP" model --json named.czm >card.json; silent; valid_json card.json

# Text comes back by such a model.
text 3000 >prose
expect 0 "$CZIP" -q -6 -m named.czm prose -o prose.czip
expect 0 "$CZIP" -d -q -m named.czm prose.czip -o back; same prose back
expect 0 "$CZIP" verify -q named.czm; silent

# With the built-in model instead of the tests' own.
if "$CZIP" model built-in >/dev/null 2>&1; then
  expect 0 "$CZIP" import -q -o with_built_in.czm tiny.gguf
  [ "$(stat -c %s with_built_in.czm)" -gt 20000000 ] || fail 'the built-in model is missing'
fi

# The parts of a split, and a folder.
expect 0 import -q parts-00001-of-00003.gguf; present parts.czm
states parts.czm source_file 'parts-00001-of-00003.gguf, parts-00002-of-00003.gguf, parts-00003-of-00003.gguf'
states parts.czm source_hash "sha256:$(cat parts-0000?-of-00003.gguf | hash_of)"
content() { head -c 400 "$1" | grep -ao '"content_hash":"[0-9a-f]*"'; }
[ "$(content parts.czm)" = "$(content tiny.czm)" ] || fail 'the parts gave another model'
expect 1 import -o x.czm parts-00002-of-00003.gguf; one_line; stderr_has 'name the first one'
cp parts-00001-of-00003.gguf renamed.gguf
expect 1 import renamed.gguf; one_line; stderr_has 'ends in -00001-of-00003.gguf'
mkdir some; cp parts-0000[13]-of-00003.gguf some
expect 1 import some/parts-00001-of-00003.gguf; one_line; stderr_has 'some/parts-00002-of-00003.gguf: cannot open'
cp parts-00003-of-00003.gguf some/parts-00002-of-00003.gguf
expect 1 import some/parts-00001-of-00003.gguf; one_line; stderr_has 'part 3 of 3'
absent some/parts.czm
expect 0 import -q folder; present folder.czm; states folder.czm name folder
states folder.czm source_file 'config.json, tokenizer.json, model.safetensors'
states folder.czm source_hash "sha256:$(cat folder/config.json folder/tokenizer.json folder/model.safetensors | hash_of)"
(cd folder && import -q . && same ../folder.czm ../folder.czm) 2>.err && fail 'an existing file was replaced'
stderr_has 'folder.czm exists'
cp -r folder split
mv split/model.safetensors split/all.safetensors
tensors=$(head -c 20000 folder/model.safetensors | grep -ao '"[a-z0-9_.]*\(weight\|bias\)"' | sed 's/$/: "all.safetensors"/' | paste -sd,)
printf '{"metadata": {}, "weight_map": {%s}}' "$tensors" >split/model.safetensors.index.json
echo '{"chat_template": "{{ x }}"}' >split/tokenizer_config.json
expect 0 import -q split/; present split.czm; states split.czm kind chat; states split.czm name split
[ "$(content split.czm)" = "$(content folder.czm)" ] || fail 'the index gave another model'

# A model of llama2.c: zeros, 64 elements, 1 layer, 259 tokens.
words() { local word; for word in "$@"; do printf '%b' "$(printf '\\x%02x' $((word & 255)) $((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255)))"; done; }
llama2c() { # WIDTH LAYERS FILE
  words "$1" 64 "$2" 4 4 259 32 >"$3"
  truncate -s $((28 + 4 * (259 * $1 + $2 * (2 * $1 + 4 * $1 * $1 + 3 * $1 * 64) + $1 + 32 * $1 / 4))) "$3"
}
{
  words 27
  for name in '<unk>' '<s>' '</s>'; do words 0 ${#name}; printf %s "$name"; done
  for byte in $(seq 0 255); do words 0 6; printf '<0x%02X>' "$byte"; done
} >tokenizer.bin
llama2c 64 1 model.bin
expect 0 import --tokenizer tokenizer.bin model.bin; present model.czm
states model.czm source_file 'model.bin, tokenizer.bin'
expect 1 import -q -o x.czm model.bin; one_line; stderr_has 'name its tokenizer.bin with --tokenizer'
expect 2 import -q --tokenizer model.bin -o x.czm model.bin; one_line; stderr_has 'model.bin: '
expect 1 import -q --tokenizer tokenizer.bin -o x.czm tiny.gguf; one_line; stderr_has 'leave it out'
expect 1 import -q --tokenizer tokenizer.bin -o x.czm folder; one_line; stderr_has 'leave it out'

# What is refused, by its name. Nothing is left behind.
refused() { # STATUS PATTERN WORD...
  local status=$1 pattern=$2
  shift 2
  expect "$status" import -o x.czm "$@"; one_line; stderr_has "$pattern"
  absent x.czm; clean
}
text 100 >text
refused 2 'text: is no model that czip imports: a GGUF file' text
: >empty; refused 2 'empty: is no model' empty
refused 1 'tiny.czm: is a model of czip already' tiny.czm
refused 1 'model.safetensors: has weights alone; name its folder' folder/model.safetensors
refused 2 "mamba.gguf: the architecture 'mamba' is none that czip imports" mamba.gguf
refused 2 'iq1.gguf: .*IQ1_S' iq1.gguf
refused 2 'tokens.gguf: tokenizer: .*no token for the byte 0x41' tokens.gguf
refused 2 "hostile.gguf: the architecture '\\\\x1b\[2Jx" hostile.gguf
refused 1 'missing.gguf: cannot open' missing.gguf
refused 1 'some: has no config.json' some
mkdir weightless; cp folder/*.json weightless
refused 1 'weightless: has neither model.safetensors nor' weightless
words 0x616b3432 1 >later.bin; refused 2 'later.bin: .*llama2.c of a later version' later.bin
printf 'PK\003\004.............' >torch.bin; refused 2 'torch.bin: is a ZIP' torch.bin
for size in 3 4 30 1000 9000 $(($(stat -c %s tiny.gguf) - 1)); do
  head -c "$size" tiny.gguf >cut.gguf; refused 2 'cut.gguf: ' cut.gguf
done
stderr_has 'get another copy'
head -c 5000 folder/model.safetensors >weightless/model.safetensors; refused 2 'weightless/model.safetensors: ' weightless
mkfifo pipe; refused 1 'pipe: .*not a regular file' pipe
refused 1 'import needs one model' tiny.gguf qwen2.gguf
refused 1 'no-such-model' -m no-such-model tiny.gguf
expect 1 import -o - tiny.gguf; one_line
expect 1 import; one_line

# What exists stays without -f, and no output is an input, whatever its name.
cp tiny.gguf kept; echo 1 >target
expect 1 import -o target tiny.gguf; one_line; stderr_has 'target exists'; [ "$(cat target)" = 1 ] || fail overwritten
expect 0 import -q -f -o target tiny.gguf; same target tiny.czm
ln tiny.gguf hard; ln -s tiny.gguf soft
for output in tiny.gguf ./tiny.gguf hard soft "$MODEL2"; do
  expect 1 import -f -o "$output" tiny.gguf; one_line; stderr_has 'is both input and output'
done
same tiny.gguf kept
for number in 1 2 3; do
  expect 1 import -f -o parts-0000$number-of-00003.gguf parts-00001-of-00003.gguf; one_line; stderr_has 'both input and output'
done
for name in config.json tokenizer.json model.safetensors; do
  expect 1 import -f -o folder/$name folder; one_line; stderr_has 'both input and output'
done
for name in model.safetensors.index.json all.safetensors tokenizer_config.json; do
  expect 1 import -f -o split/$name split; one_line; stderr_has 'both input and output'
done
expect 1 import -f -o tokenizer.bin --tokenizer tokenizer.bin model.bin; one_line; stderr_has 'both input and output'
expect 1 import -f -o folder tiny.gguf; one_line; stderr_has 'is a directory'
expect 1 import -o missing/x.czm tiny.gguf; one_line; stderr_has 'cannot create a file in missing/'
clean

# Full disks and limits.
expect 1 import -f -o /dev/full tiny.gguf; stderr_has '/dev/full: No space left'
(ulimit -f 100; expect 1 import -q -o x.czm tiny.gguf; one_line; stderr_has 'x.czm: File too large')
absent x.czm; clean

# A signal, and a source that becomes shorter, while the work is done.
llama2c 1024 "$(full_or_fast 24 6)" long.bin
during() { # COMMAND...: runs it when the output has been begun; `status` is that of the import.
  local pid
  status=0
  env --default-signal=INT,TERM,HUP "$CZIP" import -m "$MODEL2" -q --tokenizer tokenizer.bin long.bin 2>.err &
  pid=$!
  wait_for '.long.czm.czip-*'
  "$@" $pid
  wait $pid || status=$?
  absent long.czm; clean
}
during kill -TERM; [ $status = 143 ] || fail "status $status"
during kill -INT; [ $status = 130 ] || fail "status $status"
shorten() { truncate -s 5000 long.bin; }
during shorten; [ $status = 1 ] || fail "status $status"
one_line; stderr_has 'long.bin: became shorter while it was read'
llama2c 1024 "$(full_or_fast 24 6)" long.bin
change() { printf x | dd of=long.bin bs=1 seek=5000 conv=notrunc status=none; }
during change; [ $status = 1 ] || fail "status $status"
one_line; stderr_has 'long.bin: changed while it was read'
