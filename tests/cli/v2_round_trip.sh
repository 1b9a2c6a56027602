# Format 2: files of all kinds come back, by every way of naming them, whole and in part.
source "$(dirname "$0")/v2_common.sh"
: >empty
printf a >one
text 40 >text.txt
text 21000 >long
binary 3000 >binary
head -c 1500000 /dev/urandom >random
printf 'caf\xe9 \xff\xfe\n' >latin1

for name in empty one text.txt long binary random latin1; do
  expect 0 "$CZIP" -1 -m "$MODEL2" $name; silent
  expect 0 "$CZIP" test -m "$MODEL2" $name.czip; silent
  mv $name $name.before
  expect 0 "$CZIP" -d -m "$MODEL2" $name.czip; silent
  same $name $name.before
  [ "$(stat -c '%a %y' $name)" = "$(stat -c '%a %y' $name.before)" ] || fail "attributes of $name"
done
[ "$(stat -c %s empty.czip)" -le 8 ] || fail 'an empty file is not tiny'
[ "$(stat -c %s random.czip)" -lt 1501564 ] || fail 'random data grew'

# Standard input and output; only a file's length in the header tells a pipe from a file.
expect 0 "$CZIP" -1 -c -m "$MODEL2" <long >1.czip; same 1.czip long.czip
expect 0 "$CZIP" -1 -m "$MODEL2" - <long >2.czip; same 1.czip 2.czip
cat long | expect 0 "$CZIP" -1 -c -m "$MODEL2" >3.czip
[ "$(stat -c %s 3.czip)" = "$(stat -c %s 1.czip)" ] || fail 'size through a pipe'
expect 0 "$CZIP" -1 --no-verify -c -m "$MODEL2" long >4.czip; same 1.czip 4.czip
for threads in 1 3; do
  expect 0 "$CZIP" -1 -T$threads -c -m "$MODEL2" long >5.czip; same 1.czip 5.czip
  expect 0 "$CZIP" -dc -T$threads -m "$MODEL2" 1.czip | cmp - long
done
expect 0 "$CZIP" -dc -m "$MODEL2" <3.czip | cmp - long
cat 3.czip | expect 0 "$CZIP" -d -m "$MODEL2" | cmp - long
cat 3.czip | expect 0 "$CZIP" -t -m "$MODEL2" -
expect 0 "$CZIP" -d -m "$MODEL2" -o out 3.czip; same out long
expect 0 "$CZIP" -d -m "$MODEL2" -o /dev/null 1.czip
[ -c /dev/null ] || fail '/dev/null was replaced'
for level in 1 2 3 4 5 6 7 8 9; do
  expect 0 "$CZIP" -$level -c -m "$MODEL2" text.txt | expect 0 "$CZIP" -dc -m "$MODEL2" | cmp - text.txt
done

# Files in a row are one file.
cat long.czip one.czip empty.czip text.txt.czip >row.czip
cat long one empty text.txt >row.before
expect 0 "$CZIP" -dc -m "$MODEL2" row.czip | cmp - row.before
expect 0 "$CZIP" -1 -c -m "$MODEL2" long one empty text.txt >row2.czip; same row.czip row2.czip
expect 1 "$CZIP" -m "$MODEL2" -o x one empty; one_line; stderr_has 'use -r'

# Ranges.
for file in long row; do
  for range in 0:1 0:100 1048570:20 1048576:5 1000000:90000 1100000:; do
    start=${range%:*} length=${range#*:}
    tail -c +$((start + 1)) $file.before | head -c "${length:-999999999}" >wanted || true
    expect 0 "$CZIP" -dc --range $range -m "$MODEL2" $file.czip >found; same found wanted
    cat $file.czip | expect 0 "$CZIP" -dc --range $range -m "$MODEL2" >found; same found wanted
  done
done
expect 0 "$CZIP" -d --range 10:5 -o part -m "$MODEL2" text.txt.czip
[ "$(cat part)" = "$(tail -c +11 text.txt | head -c 5)" ] || fail 'range into a file'
expect 1 "$CZIP" -dc --range 99999999:1 -m "$MODEL2" long.czip >out2; one_line; stderr_has 'starts at'
for bad in 5 :5 a:b 1:2:3 -1:5 ''; do
  expect 1 "$CZIP" -dc --range "$bad" -m "$MODEL2" long.czip; one_line
done
expect 1 "$CZIP" -d --range 0:5 -m "$MODEL2" long.czip; one_line; stderr_has '-o FILE'
expect 1 "$CZIP" -t --range 0:5 -m "$MODEL2" long.czip; one_line

# A length that /proc does not tell, and --rm.
expect 0 "$CZIP" -c -m "$MODEL2" /proc/cpuinfo >proc.czip
expect 0 "$CZIP" -dc -m "$MODEL2" proc.czip >proc; [ -s proc ] || fail '/proc/cpuinfo came back empty'
rm text.txt.czip
expect 0 "$CZIP" --rm -m "$MODEL2" text.txt; absent text.txt
expect 0 "$CZIP" -d --rm -m "$MODEL2" text.txt.czip; absent text.txt.czip; same text.txt text.txt.before

# list.
expect 0 "$CZIP" -lv long.czip one.czip >list.txt; silent
grep -qE '^CZIPv2  full +- +1 ' list.txt || fail 'full frame in the list'
grep -qE '^CZIPv2  compact ' list.txt || fail 'compact frame in the list'
expect 0 "$CZIP" list --json row.czip >list.json; valid_json list.json
[ "$(grep -c '"kind"' list.json)" = 4 ] || fail 'frames in JSON'
cat row.czip | expect 0 "$CZIP" -l >list.txt
expect 0 "$CZIP" -fv -m "$MODEL2" one; stderr_has 'one : '; stderr_has 'level 6'
clean
