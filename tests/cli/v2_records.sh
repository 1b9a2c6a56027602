# Files of records: --records, --record, appending, listing and testing.
source "$(dirname "$0")/v2_common.sh"

lines=$(full_or_fast 3000 300)
text "$lines" >log
records() { expect 0 "$CZIP" -qf -1 -m "$MODEL2" --records "$1" "$2"; silent; }
record() { expect 0 "$CZIP" -d --record "$1" -m "$MODEL2" "${2:-log.czip}" >got; silent; }

# Every reader gives the text; a number gives the line.
records lines log
expect 0 "$CZIP" -dc -m "$MODEL2" log.czip >back; silent; same back log
for n in 1 2 17 $((lines / 2)) $((lines - 1)) "$lines"; do
  record "$n"; sed -n "${n}p" log | cmp - got || fail "record $n"
done
record 5-40; sed -n 5,40p log | cmp - got || fail 'records 5-40'
record "$((lines - 3))-"; tail -n 4 log | cmp - got || fail 'the last records'
expect 0 "$CZIP" -d --record 3 -o three -m "$MODEL2" log.czip; silent; sed -n 3p log | cmp - three
expect 0 "$CZIP" -dc --record 3 -m "$MODEL2" <log.czip >got; sed -n 3p log | cmp - got || fail 'of a pipe'
expect 1 "$CZIP" -d --record $((lines + 1)) -m "$MODEL2" log.czip; one_line; stderr_has "has $lines records"
expect 0 "$CZIP" -t -m "$MODEL2" log.czip; silent
expect 0 "$CZIP" -l log.czip >listed; silent
tr -d ',' <listed | grep -q " $lines records (lines) in" || fail 'no records in the list'
expect 0 "$CZIP" -l --json log.czip >listed.json; valid_json listed.json
grep -q "\"records\": *$lines" listed.json || fail 'no records in JSON'

# The other kinds, CRLF, and a last record without a separator.
printf 'one\0two\n2\0\0four' >zeros; records nul zeros
record 2 zeros.czip; printf 'two\n2\0' | cmp - got; record 4 zeros.czip; printf four | cmp - got
printf 'id,text\r\n1,"a\r\n""b"\r\n2,c' >table.csv; records csv table.csv
record 2 table.csv.czip; printf '1,"a\r\n""b"\r\n' | cmp - got; record 3 table.csv.czip; printf '2,c' | cmp - got
printf '{"a":1}\n{"a":2}\n' >rows.jsonl; records jsonl rows.jsonl; record 2 rows.jsonl.czip; echo '{"a":2}' | cmp - got
: >empty; records lines empty; expect 0 "$CZIP" -dc -m "$MODEL2" empty.czip | cmp - empty
expect 1 "$CZIP" -d --record 1 -m "$MODEL2" empty.czip; stderr_has 'has 0 records'
expect 0 "$CZIP" -c -1 -m "$MODEL2" --records lines <log >piped.czip; same piped.czip log.czip

# A record that is longer than frames.
{ echo first; head -c 300000 /dev/zero | tr '\0' x; echo; echo last; } >huge; records lines huge
record 2 huge.czip; sed -n 2p huge | cmp - got; record 3 huge.czip; echo last | cmp - got

# Appending, again and again, behind an open record, too.
printf 'a\nb' >grown; records lines grown
printf 'c\nd\n' >added; printf 'e' >added_too
expect 0 "$CZIP" -1 -a -m "$MODEL2" grown.czip added added_too; silent
expect 0 "$CZIP" append -1 -m "$MODEL2" grown.czip added; silent
printf 'a\nb\nc\nd\ne\nc\nd\n' >all
expect 0 "$CZIP" -dc -m "$MODEL2" grown.czip >back; silent; same back all
for n in 1 2 3 4 5 6 7; do record $n grown.czip; sed -n "${n}p" all | cmp - got || fail "appended record $n"; done
expect 0 "$CZIP" -t -m "$MODEL2" grown.czip; silent
cp grown.czip before.czip
expect 1 "$CZIP" -1 -a -m "$MODEL2" grown.czip added missing; same grown.czip before.czip
expect 1 "$CZIP" -1 -a -m "$MODEL2" grown.czip grown.czip; same grown.czip before.czip
exec 9<grown.czip; flock 9
expect 1 "$CZIP" -1 -a -m "$MODEL2" grown.czip added; one_line; stderr_has 'another czip'
flock -u 9; exec 9<&-

# A kill at any moment leaves the records before, and the next -a goes on.
prose 11 "$(full_or_fast 200000 40000)" >long
cat all long >both
for delay in 0.02 0.05 0.1 0.2 0.4; do
  cp before.czip grown.czip
  "$CZIP" -1 -T1 -a -m "$MODEL2" grown.czip long 2>/dev/null & pid=$!
  sleep "$delay"; kill -9 $pid 2>/dev/null || true; wait $pid 2>/dev/null || true
  head -c "$(stat -c %s before.czip)" grown.czip | cmp - before.czip || fail "killed after $delay: old bytes differ"
  expect 0 "$CZIP" -dc -m "$MODEL2" grown.czip >back 2>/dev/null
  cmp -s back all || cmp -s back both || fail "killed after $delay: another text"
  record 5 grown.czip; echo e | cmp - got || fail "killed after $delay: another record"
  if cmp -s back all; then expect 0 "$CZIP" -1 -a -m "$MODEL2" grown.czip long; fi
  expect 0 "$CZIP" -dc -m "$MODEL2" grown.czip >back; silent; same back both
done

# Without its index, the text is whole, and --record says so.
size=$(stat -c %s log.czip)
cp log.czip hurt.czip; printf X | dd of=hurt.czip bs=1 seek=$((size - 60)) conv=notrunc 2>/dev/null
expect 0 "$CZIP" -dc -m "$MODEL2" hurt.czip >back; same back log
expect 2 "$CZIP" -d --record 3 -m "$MODEL2" hurt.czip; one_line
expect 2 "$CZIP" -t -m "$MODEL2" hurt.czip
expect 0 "$CZIP" -qf -1 -m "$MODEL2" -o plain.czip log
expect 2 "$CZIP" -d --record 3 -m "$MODEL2" plain.czip; one_line; stderr_has 'no index of records'
# Recovery data mend it.
expect 0 "$CZIP" -qf -1 -m "$MODEL2" --records lines --recovery 10 log
size=$(stat -c %s log.czip); record 7; sed -n 7p log | cmp - got
printf X | dd of=log.czip bs=1 seek=100 conv=notrunc 2>/dev/null
expect 0 "$CZIP" -d --record 1 -m "$MODEL2" log.czip >got; stderr_has mended; sed -n 1p log | cmp - got

# Usage.
expect 1 "$CZIP" --records rows log; one_line; stderr_has 'lines, nul, jsonl or csv'
expect 1 "$CZIP" -d --record 0 log.czip; one_line; stderr_has 'from 1 on'
expect 1 "$CZIP" -d --record 3-2 log.czip; one_line
expect 1 "$CZIP" -d --record 1 --range 0:5 -c log.czip; one_line
expect 1 "$CZIP" -r --records lines .; one_line
expect 1 "$CZIP" --record 1 log; one_line; stderr_has 'decompression'

# A model of records takes each for a document.
prose 3 60000 | tr '.' '\n' >messages
expect 0 "$CZIP" train -q --records lines --vocabulary 300 --epochs 0 -o messages.czm messages
expect 0 "$CZIP" -qf -1 -m messages.czm --records lines messages; silent
expect 0 "$CZIP" -d --record 9 -m messages.czm messages.czip >got; sed -n 9p messages | cmp - got
clean
