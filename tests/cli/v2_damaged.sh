# Format 2: every damage is seen, with status 2 and without a file; a stream gets good blocks only.
source "$(dirname "$0")/v2_common.sh"
text 5 >text
expect 0 "$CZIP" -c -m "$MODEL2" text >compact.czip
text 3000 >long
expect 0 "$CZIP" -1 -c -m "$MODEL2" long >full.czip

flip() {  # FILE OFFSET
  local byte
  byte=$(od -An -tu1 -j "$2" -N1 "$1")
  cp "$1" bad.czip
  printf "\\$(printf %03o $((byte ^ 8)))" | dd of=bad.czip bs=1 seek="$2" conv=notrunc status=none
}
for file in compact full; do
  size=$(stat -c %s $file.czip)
  for ((offset = 0; offset < size; offset += size / 60 + 1)); do
    flip $file.czip $offset
    expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line
    expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; one_line
    absent bad
  done
  for length in 1 2 3 4 8 12 13 30 38 39 72 $((size / 2)) $((size - 33)) $((size - 1)); do
    [ $length -lt $size ] && [ $length -gt 0 ] || continue
    head -c $length $file.czip >bad.czip
    expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; one_line
    expect 2 "$CZIP" -l bad.czip; one_line
    expect 2 "$CZIP" -dc -m "$MODEL2" <bad.czip >out; one_line
    absent bad
  done
  (cat $file.czip; printf x) >bad.czip
  expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; one_line
  absent bad
done

# Of several blocks, a stream has those before the damage.
text 21000 >several
expect 0 "$CZIP" -1 -c -m "$MODEL2" several >several.czip
flip several.czip $(($(stat -c %s several.czip) - 100))
expect 2 "$CZIP" -dc -m "$MODEL2" bad.czip >out; one_line
head -c "$(stat -c %s out)" several | cmp - out
# A version of the future.
(head -c 3 full.czip; printf '\003'; tail -c +5 full.czip) >bad.czip
expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line; stderr_has 'version 3'
# Little memory: sizes in headers are not believed.
(ulimit -v 400000; expect 0 "$CZIP" -T1 -t -m "$MODEL2" full.czip)
clean
