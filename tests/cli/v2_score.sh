# score: bits per byte and perplexity of texts, by several models, as a table, JSON and CSV.
source "$(dirname "$0")/v2_common.sh"
export CZIP_MODEL_PATH=$WORK/models
mkdir texts
prose 7 5000 >texts/a.txt
prose 8 9000 >texts/b.txt
expect 0 "$CZIP" score -m tiny texts/a.txt >one.txt; silent
[ "$(wc -l <one.txt)" = 2 ] || fail 'one text'

# The bits are those of the file, and totals are sums.
"$CZIP" -m tiny -c texts/a.txt >a.czip
"$CZIP" -m tiny -c --base64 texts/a.txt >a.base64
bits=$(sed -n 2p one.txt | awk '{ print $3 }')
awk -v bits="$bits" -v size="$(stat -c %s a.czip)" 'BEGIN { d = size - bits * 5000 / 8; exit !(d >= 4 && d <= 24) }' ||
  fail "$bits bits per byte, a file of $(stat -c %s a.czip) bytes"
expect 0 "$CZIP" score --json -1 -m tiny -m other -m "$MODEL" -r texts >all.json; silent; valid_json all.json
[ "$(grep -c '"name"' all.json)" = 2 ] || fail 'two texts'
[ "$(grep -c '"model"' all.json)" = 9 ] || fail 'three models each, and in all'
[ "$(grep -c '"text_bytes": 14000' all.json)" = 3 ] || fail 'bytes in all'
expect 0 "$CZIP" score --csv -m tiny texts/a.txt texts/b.txt a.czip a.base64 >all.csv; silent
[ "$(wc -l <all.csv)" = 6 ] || fail 'lines of CSV'
sed -n 2p all.csv | cut -d, -f4-6 >a.numbers
for line in 4 5; do
  sed -n ${line}p all.csv | cut -d, -f4-6 >file.numbers
  same a.numbers file.numbers
done
grep -q 'all 4 texts' all.csv || fail 'total in CSV'

# A text that quotes an armour is that text: a whole one, or what is none.
(printf 'Dear B,\nhere it is:\n\n'; cat a.base64) >mail.txt
sed '2,$s/^/!/' a.base64 | sed '1s/^/As it begins:\n/' >page.txt
expect 0 "$CZIP" score --csv -m tiny mail.txt page.txt >quoting.csv; silent
for name in mail page; do
  grep -q "^\"*$name.txt\"*,.*,\"*level 6\"*,$(stat -c %s $name.txt)," quoting.csv || fail "$name is decoded"
done
expect 0 "$CZIP" compare --csv -m tiny mail.txt page.txt >quoting.csv; silent

# Failures are those of their files alone.
expect 1 "$CZIP" score -m tiny missing texts/a.txt >some.txt; one_line
grep -q 'texts/a.txt' some.txt || fail 'the other text'
expect 0 "$CZIP" score -m tiny - </dev/null >empty.txt; silent
expect 1 "$CZIP" score --csv --json -m tiny texts/a.txt; one_line
expect 1 "$CZIP" score -m nowhere texts/a.txt; one_line
clean
