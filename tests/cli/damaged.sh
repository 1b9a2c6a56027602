# Damaged files: an error, exit status 2, and nothing written; `test` sees most damage.
source "$(dirname "$0")/common.sh"
text 6 >text
expect 0 "$CZIP" -1 -c -m "$MODEL" text >good.czip
size=$(stat -c %s good.czip)

# Cut at every kind of place, and longer than it was.
for length in 1 6 7 8 12 16 17 20 $((size / 2)) $((size - 1)); do
  head -c "$length" good.czip >bad.czip
  expect 2 "$CZIP" -d -m "$MODEL" bad.czip; one_line
  expect 2 "$CZIP" -dc -m "$MODEL" <bad.czip >out; one_line
  [ ! -s out ] || fail "text of a file cut at $length was released"
  expect 2 "$CZIP" -l bad.czip; one_line
  absent bad
done

# Bytes changed one at a time. Some changes mean nothing (brotli's window, the hash of the model's path), and a
# few turn the file into the proper compression of another text, which nobody can see without a checksum.
unseen=0 changed=0 steps=$(full_or_fast 50 12)
for ((offset = 0; offset < size; offset += size / steps + 1)); do
  change_bit good.czip $offset bad.czip
  status=0
  "$CZIP" -t -T1 -m "$MODEL" bad.czip 2>.err || status=$?
  changed=$((changed + 1))
  case $status in
    0) unseen=$((unseen + 1)) ;;
    2) one_line ;;
    *) fail "status $status for byte $offset changed" ;;
  esac
done
[ $((unseen * 6)) -le $changed ] || fail "$unseen of $changed changed bytes went unseen"
clean
