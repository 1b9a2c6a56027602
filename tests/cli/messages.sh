# --text and -i: messages as base64, and back.
source "$(dirname "$0")/v2_common.sh"
export CZIP_MODEL_PATH=$WORK/models
printf 'It was the best of times, it was the worst of times.' >a

# --text: one line for a short text, an armour for a long one.
expect 0 "$CZIP" --text "$(cat a)" -m "$MODEL2" >a.64; silent
[ "$(wc -l <a.64)" = 1 ] || fail 'a short message has several lines'
expect 0 "$CZIP" -c -m "$MODEL2" a >a.czip
base64 -w0 a.czip | cmp - <(tr -d '\n' <a.64)
for words in '-d --text' 'decompress --text' '-dq --text'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 0 "$CZIP" $words "$(cat a.64)" >back; silent; same back a
done
expect 0 "$CZIP" -d <a.64 >back; silent; same back a
long=$(prose 5 9000)
expect 0 "$CZIP" --text "$long" -m "$MODEL2" >long.64
grep -q '^-----BEGIN CZIP FILE-----$' long.64 || fail 'a long message is one line'
expect 0 "$CZIP" -d --text "$(cat long.64)" >back; silent; printf %s "$long" | cmp - back
for text in '' ' ' x $'two\nlines\n' $'\xff\xfe' $'\u00fc\U0001f600' '-d'; do
  expect 0 "$CZIP" --text="$text" -m "$MODEL2" >x.64; silent
  expect 0 "$CZIP" -d --text "$(cat x.64)" >back; silent
  printf %s "$text" | cmp - back
done
expect 0 "$CZIP" -9 --text "$(cat a)" -v -m "$MODEL2" >x.64; stderr_has 'bits per byte'
expect 0 "$CZIP" --text "$(cat a)" -m "$MODEL" >v1.64; silent
expect 0 "$CZIP" -d --text "$(cat v1.64)" -m "$MODEL" >back; silent; same back a

# What is wrong is said.
wrong() { # STATUS PATTERN WORDS...
  local status=$1 pattern=$2
  shift 2
  expect "$status" "$CZIP" "$@" >back; one_line; stderr_has "$pattern"
  [ ! -s back ] || fail "printed something: $*"
}
wrong 2 'no base64 that czip wrote' -d --text 'Hello'
wrong 2 'damaged' -d --text "$(head -c 12 a.64)"
wrong 2 'within a group' -d --text "$(tr -d '\n' <a.64 | head -c 13)"
wrong 2 "'!' is no digit" -d --text "$(sed '1s/$/\n!/' a.64)"
(unset CZIP_MODEL_PATH; wrong 2 'model' -d --text "$(cat a.64)" -m "$OTHER2")
wrong 1 'no files' --text x a
wrong 1 'leave out -o' --text x -o y
wrong 1 'goes with neither' -t --text x
wrong 1 'no files' -i a
wrong 1 'leave out -d' -di
wrong 1 'compress.zip' -m "$MODEL" -i a -o b
wrong 1 'one message' -r --text x
wrong 1 '--max-output' -d --max-output 5 --text "$(cat a.64)"
absent b
# What becomes very much is no message.
head -c 20000000 /dev/zero | "$CZIP" -1 -m "$MODEL2" | base64 -w0 >zeros.64
wrong 1 'as a message allows; --max-output' -d --text "$(cat zeros.64)"
mkdir tree
cp a tree
expect 0 "$CZIP" -r -c -m "$MODEL2" tree >tree.czip
wrong 1 'is an archive' -d --text "$(base64 -w0 tree.czip)"

# -i in a pipe: a line for a line, nothing else.
(cat a; echo; echo; cat a.64; printf 'last') >lines
expect 0 "$CZIP" -i -m "$MODEL2" <lines >answers; silent
[ "$(wc -l <answers)" = 3 ] || fail "answers: $(cat answers)"
sed -n 1p answers | cmp - a.64
sed -n 2p answers | tr -d '\n' | cmp - a
expect 0 "$CZIP" -d --text "$(sed -n 3p answers)" >back; printf last | cmp - back
expect 0 "$CZIP" -i -m "$MODEL2" <long.64 >answers; silent; cmp answers <(printf "%s\n" "$long")
expect 0 "$CZIP" -i -m "$MODEL2" </dev/null >answers; silent; [ ! -s answers ] || fail 'answers to nothing'
expect 0 "$CZIP" -i -m "$MODEL" <v1.64 >answers; silent; tr -d '\n' <answers | cmp - a
# A pipe gets a text's very bytes: what joins emojis, what is no UTF-8, zero bytes.
printf 'a\u200db \xff\x1b[31m\0\tz' >bytes
base64 -w0 <("$CZIP" -c -m "$MODEL2" bytes) >bytes.64
expect 0 "$CZIP" -i -m "$MODEL2" <bytes.64 >answers; silent; (cat bytes; echo) | cmp - answers
# After an error it goes on. A blank makes a text of what looks like base64.
(printf '/INA\n'; cat a.64; printf ' /INA\n') >lines
expect 2 "$CZIP" -i -m "$MODEL2" <lines >answers; one_line
[ "$(wc -l <answers)" = 2 ] || fail 'an error ends it'
expect 0 "$CZIP" -d --text "$(sed -n 2p answers)" >back; printf ' /INA' | cmp - back
(head -c 17000000 /dev/zero | tr '\0' 'x'; echo; cat a.64) >lines
expect 1 "$CZIP" -i -m "$MODEL2" <lines >answers; one_line; stderr_has 'a line of 17,000,000 bytes'
tr -d '\n' <answers | cmp - a
if [ -e /dev/full ]; then expect 1 "$CZIP" -i -m "$MODEL2" <a >/dev/full; one_line; fi

# What is damaged is no text: a message that lacks a digit, whatever its padding, and an armour with a bad first line,
# whose other lines are no texts either. Where a message of a few bytes may be a path as well, a warning tells.
for end in '' n 'n, '; do
  expect 0 "$CZIP" --text "$(prose 5 90)$end" -m "$MODEL2" >x.64
  for place in 9 20 30; do
    cut -c"1-$((place - 1)),$((place + 1))-" x.64 >hurt.64
    expect 2 "$CZIP" -i -m "$MODEL2" <hurt.64 >answers; one_line; [ ! -s answers ] || fail 'a damaged message is a text'
  done
done
for change in 's/^-//' 's/P F/PF/' 's/CZIP/CZP/' 's/-$//' 's/FILE/FLIE/'; do
  (sed "1$change" long.64; cat a.64) >lines
  expect 2 "$CZIP" -i -m "$MODEL2" <lines >answers; one_line; tr -d '\n' <answers | cmp - a
done
(sed '1s/-//; $d' long.64) >lines
expect 2 "$CZIP" -i -m "$MODEL2" <lines >answers; one_line; [ ! -s answers ] || fail 'a damaged armour is a text'
expect 0 "$CZIP" --text 'See you at 7?' -m "$MODEL2" >x.64
cut -c1-9,11- x.64 >hurt.64
expect 0 "$CZIP" -i -m "$MODEL2" <hurt.64 >answers; one_line; stderr_has 'if it is a message, it is damaged'
expect 0 "$CZIP" -iq -m "$MODEL2" <hurt.64 | cmp - answers
for text in '-----' '---- or so ----' '/usr/lib' 'Pay /INA'; do
  printf '%s\n' "$text" | expect 0 "$CZIP" -i -m "$MODEL2" >answers; silent
done

# Nothing that is printed steers a terminal.
evil=$'\e]0;x\a\u202e\tz'
expect 0 "$CZIP" --text "$evil" -m "$MODEL2" >evil.64
expect 0 "$CZIP" -d --text "$(cat evil.64)" >back; printf %s "$evil" | cmp - back
if command -v script >/dev/null; then
  script -qec "'$CZIP' -dq --text '$(cat evil.64)'" /dev/null </dev/null | tr -d '\r' >shown
  printf '%s\n' '\x1b]0;x\x07\u202e'$'\tz' | cmp - shown
  script -qec "'$CZIP' -iq <evil.64" /dev/null </dev/null | tr -d '\r' >shown
  printf '%s\n' '\x1b]0;x\x07\u202e'$'\tz' | cmp - shown
  # A conversation: prompt, base64, figures; Ctrl-D ends it.
  (cat a; printf '\n'; sleep 1; printf '\004') | script -qec "'$CZIP' -i -m '$MODEL2'" /dev/null >shown
  grep -q 'Ctrl-D ends' shown || fail 'no greeting'
  grep -q 'czip> ' shown || fail 'no prompt'
  grep -qF "$(cat a.64)" shown || fail 'no base64'
  grep -q '52 bytes => .* bits per byte' shown || fail 'no figures'
fi
clean
