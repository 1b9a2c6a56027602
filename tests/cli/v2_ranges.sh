# Format 2: --range decodes a part of a file, within a block, across blocks, and across files in a row.
source "$(dirname "$0")/v2_common.sh"
printf a >one
text 40 >text.txt
# At level 1 a block has 768 KiB. The first is noise, which is stored and takes no time.
(noise 786432; prose 3 60000) >long
expect 0 "$CZIP" -1 -m "$MODEL2" long one text.txt
cat long.czip one.czip text.txt.czip >row.czip
cat long one text.txt >row

# has_range FILE START:LENGTH: from a file and from a pipe.
has_range() {
  local start=${2%:*} length=${2#*:}
  tail -c +$((start + 1)) "$1" | head -c "${length:-999999999}" >wanted || true
  expect 0 "$CZIP" -dc --range "$2" -m "$MODEL2" "$1.czip" >found; same found wanted
  cat "$1.czip" | expect 0 "$CZIP" -dc --range "$2" -m "$MODEL2" >found; same found wanted
}
for range in 0:1 0:100 786426:20 786432:5 740000:90000 810000:; do
  has_range long $range
  has_range row $range
done
# Across two blocks that are both coded.
prose 7 100000 >coded
expect 0 "$CZIP" -1 --block-size 64K --no-verify -m "$MODEL2" coded
has_range coded 65530:20

expect 0 "$CZIP" -d --range 10:5 -o part -m "$MODEL2" text.txt.czip
[ "$(cat part)" = "$(tail -c +11 text.txt | head -c 5)" ] || fail 'range into a file'
expect 1 "$CZIP" -dc --range 99999999:1 -m "$MODEL2" long.czip >out; one_line; stderr_has 'starts at'
for bad in 5 :5 a:b 1:2:3 -1:5 ''; do
  expect 1 "$CZIP" -dc --range "$bad" -m "$MODEL2" long.czip; one_line
done
expect 1 "$CZIP" -d --range 0:5 -m "$MODEL2" long.czip; one_line; stderr_has '-o FILE'
expect 1 "$CZIP" -t --range 0:5 -m "$MODEL2" long.czip; one_line
clean
