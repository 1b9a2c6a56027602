# --base64: armours, which decompress by themselves, from files and pipes.
source "$(dirname "$0")/v2_common.sh"
export CZIP_MODEL_PATH=$WORK/models
prose 3 2000 >a
prose 4 70000 >b
mkdir tree
cp a tree/one

# The form: 64 digits in a line, between a first and a last one. coreutils agree.
expect 0 "$CZIP" --base64 -m "$MODEL2" a; silent
expect 0 "$CZIP" -c -m "$MODEL2" a >a.bin
(echo '-----BEGIN CZIP FILE-----'; base64 -w64 a.bin; echo '-----END CZIP FILE-----') >wanted
same a.czip wanted
expect 0 "$CZIP" --base64 -c -m "$MODEL2" a >piped; same piped wanted
expect 0 "$CZIP" --base64 -m "$MODEL2" <a >piped; same piped wanted
grep -v -e '^-' a.czip | base64 -d | cmp - a.bin

# Decoded by itself: files, pipes, all commands, both formats, archives, recovery data.
decodes() { # TEXT COMMAND...: what it prints is TEXT
  local wanted=$1
  shift
  expect 0 "$@" >back; silent
  same back "$wanted"
}
decodes a "$CZIP" -dc a.czip
decodes a "$CZIP" -d <a.czip
decodes a "$CZIP" -dc --base64 a.czip
decodes a "$CZIP" -d < <(cat a.czip)
decodes a "$CZIP" -dc --range 0: a.czip
tail -c +501 a | head -c 20 >part
decodes part "$CZIP" -dc --range 500:20 a.czip
decodes part "$CZIP" -d --range 500:20 < <(cat a.czip)
decodes a "$CZIP" -dc --salvage a.czip
expect 0 "$CZIP" -t a.czip; silent
expect 0 "$CZIP" -l --json a.czip >list.json; valid_json list.json
grep -q "\"compressed_bytes\": $(stat -c %s a.bin)" list.json || fail 'the list is not that of the file'
expect 0 "$CZIP" -d -o out a.czip; same out a; rm out
expect 0 "$CZIP" --base64 -m "$MODEL" a -o v1.czip
grep -q '^-----BEGIN CZIP FILE-----$' v1.czip || fail 'format 1 is not armoured'
decodes a "$CZIP" -dc -m "$MODEL" v1.czip
decodes a "$CZIP" -d -m "$MODEL" < <(cat v1.czip)
expect 0 "$CZIP" -t -m "$MODEL" v1.czip; silent
expect 0 "$CZIP" -r --base64 -m "$MODEL2" tree
grep -q '^-----END CZIP FILE-----$' tree.czip || fail 'an archive is not armoured'
mv tree tree.before
expect 0 "$CZIP" -d tree.czip; diff -r tree tree.before
expect 0 "$CZIP" --base64 -c -m "$MODEL2" a b a >row
cat a b a >aba
decodes aba "$CZIP" -d <row
decodes aba "$CZIP" -d < <(cat row)
expect 0 "$CZIP" --base64 --recovery 20 -m "$MODEL2" b
decodes b "$CZIP" -dc b.czip
sed '100s/^..../AAAA/' b.czip >hurt.czip
expect 0 "$CZIP" -dc hurt.czip >back; stderr_has 'mended'; same back b
expect 2 "$CZIP" -t hurt.czip; one_line
expect 0 "$CZIP" repair -o mended.czip hurt.czip
decodes b "$CZIP" -dc mended.czip
expect 0 "$CZIP" verify "$MODEL2" --against a.czip --text a >report
grep -q '^ok *payload: is that of the text' report || fail "against text: $(tail -3 report)"
base64 -w0 a.bin >bare
decodes a "$CZIP" -d <bare

# What mail does to it.
sed 's/$/\r/' a.czip >crlf; decodes a "$CZIP" -dc crlf
sed 's/^/> /' a.czip >quoted; decodes a "$CZIP" -dc quoted
(printf '\n\n  \n'; sed 's/^/    /' a.czip; printf '\n\n') >indented; decodes a "$CZIP" -d <indented
(printf 'Dear B,\nhere it is:\n\n'; cat a.czip; printf '\n-- \nA\n') >mail; decodes a "$CZIP" -dc mail

# Damage is named where it is, gives no output, and its status is 2.
damaged() { # FILE PATTERN
  expect 2 "$CZIP" -d -o out "$1"; one_line; stderr_has "$2"; absent out
  expect 2 "$CZIP" -d <"$1" >back; one_line; stderr_has "$2"
  expect 2 "$CZIP" -d < <(cat "$1") >back; one_line; stderr_has "$2"
  expect 2 "$CZIP" -t "$1"; one_line
}
sed '3s/^..../AB*D/' a.czip >star; damaged star "line 3, column 3: '\*' is no digit of base64"
sed '$d' a.czip >endless; damaged endless "ends without '-----END CZIP FILE-----'"
sed '1s/FILE/FLIE/' a.czip >begin; damaged begin "line 1: '-----BEGIN CZIP FLIE-----'"
sed '3d' a.czip >shorter; damaged shorter damaged
for name in star endless begin shorter; do expect 2 "$CZIP" -l $name >back; one_line; done
sed '3s/\(.\)\(.\)/\2\1/' a.czip >swapped
if ! cmp -s swapped a.czip; then damaged swapped damaged; fi
printf -- '-----BEGIN CZIP FILE-----\n\e]0;x\a\n' >escape
expect 2 "$CZIP" -t escape; one_line; stderr_has '\\x1b'
expect 2 "$CZIP" -dc --base64 a.bin >back; one_line; stderr_has 'leave out --base64'

# Limits hold for the text, and nothing is replaced unasked.
size=$(stat -c %s a.czip)
expect 0 "$CZIP" -f --base64 -m "$MODEL2" --max-output "$size" a
for words in '-o x' '-c'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 1 "$CZIP" --base64 -m "$MODEL2" --max-output $((size - 1)) a $words >back; one_line
  stderr_has max-output; absent x
done
expect 1 "$CZIP" --base64 -m "$MODEL2" a; one_line; stderr_has 'was not overwritten'; same a.czip wanted
chmod 640 a
expect 0 "$CZIP" -f --base64 -m "$MODEL2" a
[ "$(stat -c %a a.czip)" = 640 ] || fail 'the mode is not kept'
if [ -e /dev/full ]; then expect 1 "$CZIP" --base64 -c -m "$MODEL2" a >/dev/full; one_line; fi

# Very much of it takes no memory. The limit is on addresses, of which sanitizers need many more.
if [ "${CZIP_TEST_FAST:-0}" != 1 ]; then
  noise 100000 >stored
  expect 0 "$CZIP" -1c -m "$MODEL2" stored >stored.czip
  for _ in $(seq 9); do cat stored.czip stored.czip >twice; mv twice stored.czip; done
  (echo '-----BEGIN CZIP FILE-----'; base64 -w0 stored.czip; echo; echo '-----END CZIP FILE-----') >long.czip
  (
    ulimit -v 130000
    expect 0 "$CZIP" -l long.czip >list.txt; silent
  )
  grep -q ' 51,200,000 ' list.txt || fail 'the length of a long armour'
fi

# At a terminal: an armour may be shown there, and read from there.
if command -v script >/dev/null; then
  script -qec "'$CZIP' --base64 -cq -m '$MODEL2' a" /dev/null </dev/null | tr -d '\r' >shown
  same shown wanted
  script -qec "'$CZIP' -cq -m '$MODEL2' a" /dev/null </dev/null >shown || true
  grep -q 'use --base64' shown || fail 'no advice at the terminal'
fi
clean
