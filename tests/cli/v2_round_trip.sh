# Format 2: files of all kinds come back, by every way of naming them.
source "$(dirname "$0")/v2_common.sh"
: >empty
printf a >one
text 40 >text.txt
binary 3000 >binary
noise 1500000 >noise
printf 'caf\xe9 \xff\xfe\n' >latin1
# At level 1 a block has 768 KiB: one is stored and takes no time, the other is coded.
(head -c 786432 noise; prose 3 60000) >long

for name in empty one text.txt long binary noise latin1; do
  expect 0 "$CZIP" -1 -m "$MODEL2" $name; silent
  expect 0 "$CZIP" test -m "$MODEL2" $name.czip; silent
  mv $name $name.before
  expect 0 "$CZIP" -d -m "$MODEL2" $name.czip; silent
  same $name $name.before
  [ "$(stat -c '%a %y' $name)" = "$(stat -c '%a %y' $name.before)" ] || fail "attributes of $name"
done
[ "$(stat -c %s empty.czip)" -le 8 ] || fail 'an empty file is not tiny'
[ "$(stat -c %s noise.czip)" -lt 1501564 ] || fail 'noise grew'

# Standard input and output; only a file's length in the header tells a pipe from a file.
expect 0 "$CZIP" -1 -c -m "$MODEL2" <long >1.czip; same 1.czip long.czip
expect 0 "$CZIP" -1 -m "$MODEL2" - <long >2.czip; same 1.czip 2.czip
cat long | expect 0 "$CZIP" -1 -c -m "$MODEL2" >3.czip
[ "$(stat -c %s 3.czip)" = "$(stat -c %s 1.czip)" ] || fail 'size through a pipe'
expect 0 "$CZIP" -1 --no-verify -c -m "$MODEL2" long >4.czip; same 1.czip 4.czip
expect 0 "$CZIP" -dc -m "$MODEL2" <3.czip | cmp - long
cat 3.czip | expect 0 "$CZIP" -d -m "$MODEL2" | cmp - long
cat 3.czip | expect 0 "$CZIP" -t -m "$MODEL2" -
expect 0 "$CZIP" -d -m "$MODEL2" -o out 3.czip; same out long
expect 0 "$CZIP" -d -m "$MODEL2" -o /dev/null 1.czip
[ -c /dev/null ] || fail '/dev/null was replaced'

# Threads, on blocks that are coded and on zeros, which are not.
(prose 7 "$(full_or_fast 140000 70000)"; head -c 100000 /dev/zero; prose 8 20000) >coded
expect 0 "$CZIP" -1 --block-size 64K -T1 --no-verify -c -m "$MODEL2" coded >coded.1
expect 0 "$CZIP" -1 --block-size 64K -T3 --no-verify -c -m "$MODEL2" coded >coded.3; same coded.1 coded.3
expect 0 "$CZIP" -dc -T3 -m "$MODEL2" coded.1 | cmp - coded
expect 0 "$CZIP" -dc -T1 -m "$MODEL2" coded.1 | cmp - coded

# Levels.
for level in 1 2 3 4 5 6 7 8 9; do
  expect 0 "$CZIP" -$level -c -m "$MODEL2" text.txt | expect 0 "$CZIP" -dc -m "$MODEL2" | cmp - text.txt
done

# Files in a row are one file.
cat long.czip one.czip empty.czip text.txt.czip >row.czip
cat long one empty text.txt >row
expect 0 "$CZIP" -dc -m "$MODEL2" row.czip | cmp - row
expect 0 "$CZIP" -1 -c -m "$MODEL2" long one empty text.txt >row2.czip; same row.czip row2.czip
expect 1 "$CZIP" -m "$MODEL2" -o x one empty; one_line; stderr_has 'use -r'

# A length that /proc does not tell, and --rm.
expect 0 "$CZIP" -c -m "$MODEL2" /proc/cpuinfo >proc.czip
expect 0 "$CZIP" -dc -m "$MODEL2" proc.czip >proc; [ -s proc ] || fail '/proc/cpuinfo came back empty'
rm text.txt.czip
expect 0 "$CZIP" --rm -m "$MODEL2" text.txt; absent text.txt
expect 0 "$CZIP" -d --rm -m "$MODEL2" text.txt.czip; absent text.txt.czip; same text.txt text.txt.before

# list.
expect 0 "$CZIP" -lv long.czip one.czip >list.txt; silent
grep -qE '^CZIPv2  level [1-9] ' list.txt || fail 'full frame in the list'
grep -qE '^CZIPv2  compact ' list.txt || fail 'compact frame in the list'
expect 0 "$CZIP" list --json row.czip >list.json; valid_json list.json
[ "$(grep -c '"kind"' list.json)" = 4 ] || fail 'frames in JSON'
cat row.czip | expect 0 "$CZIP" -l >list.txt
expect 0 "$CZIP" -fv -m "$MODEL2" one; stderr_has 'one : '; stderr_has 'level 6'
clean
