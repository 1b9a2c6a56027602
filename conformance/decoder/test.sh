# The reference decoder gives back what czip compresses. Usage: test.sh MODEL..., with CZIP (the command), DECODER (the
# reference decoder), STREAMS (write_streams_file) and WORK (a folder of its own) in the environment.
set -euo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${CZIP:?}" "${DECODER:?}" "${STREAMS:?}" "${WORK:?}"
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
refuses() {  # MODEL FILE PATTERN
  local status=0
  "$DECODER" "$1" "$2" >back 2>message || status=$?
  [ $status = 2 ] && [ ! -s back ] || fail "$2: exit status $status, or a text where there is none"
  grep -q -- "$3" message || fail "$2: not '$3' but: $(cat message)"
}

conformance=$source_folder/conformance
cp "$conformance/v1/english.txt" "$conformance/v1/bytes.bin" "$conformance/v1/repeated.txt" \
  "$conformance/v1/vectors.json" "$conformance/decoder/history.cpp" "$conformance/czip-v2-coding.md" .
: >empty
printf x >one
printf '名前,年齢\n佐藤,31\n鈴木,27\n"a;b",\t|x|\r\n\r\n  - k: v\n<p class="x">(a[0]{"\n' >table.csv
cat table.csv english.txt table.csv history.cpp english.txt >all
head -c 6000 all >mixed
cat "$conformance"/*.md "$source_folder"/README.md "$conformance"/decoder/*.cpp >long
[ "$(stat -c %s long)" -gt 65536 ] || fail 'the long text is no longer long'
head -c 70000 /dev/urandom >random
head -c 500 random >noise
# Longer lines than a history keeps, and more open brackets.
{ for i in $(seq 3000); do printf '(%d, ' $((i % 10)); done; echo; for i in $(seq 40); do echo ')) [ x'; done; } >brackets

for model in "$@"; do
  for text in empty one table.csv mixed noise english.txt bytes.bin repeated.txt history.cpp brackets; do
    for level in 1 6 9; do
      "$CZIP" -$level -c -m "$model" $text >$text.czip
      decodes "$model" $text.czip $text
    done
  done
  for level in 1 9; do
    "$CZIP" -$level -c -m "$model" long >long.czip
    decodes "$model" long.czip long
  done
  "$CZIP" -c -m "$model" random >random.czip
  decodes "$model" random.czip random
  "$CZIP" -c -m "$model" <czip-v2-coding.md >pipe.czip
  decodes "$model" pipe.czip czip-v2-coding.md
  "$STREAMS" "$model" long streams.czip
  decodes "$model" streams.czip long
  cat mixed.czip long.czip random.czip >frames.czip
  cat mixed long random >frames
  decodes "$model" frames.czip frames
done

# What must be refused.
"$CZIP" -c -m "$1" mixed >mixed.czip
"$CZIP" -c -m "$1" long >long.czip
for name in mixed long; do
  size=$(stat -c %s $name.czip)
  for at in 3 9 20 40 $((size / 2)) $((size - 2)); do
    cp $name.czip damaged.czip
    byte=$(od -An -tu1 -j$at -N1 $name.czip)
    printf "\\x$(printf %x $((byte ^ 16)))" | dd of=damaged.czip bs=1 seek=$at conv=notrunc status=none
    refuses "$1" damaged.czip .
    head -c $at $name.czip >cut.czip
    refuses "$1" cut.czip .
  done
done
refuses "$1" empty 'is empty'
refuses "$1" english.txt 'no CZIPv2'
refuses "$conformance/v1/seeded.czm" mixed.czip 'no czip-model-v2'
sed 's/"name":"tiny"/"name":"tyni"/' "$conformance/v2/tiny.czm" >other.czm
refuses other.czm mixed.czip 'was made with the model'
refuses other.czm long.czip 'was made with the model'
