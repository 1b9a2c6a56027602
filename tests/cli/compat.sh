# compress.zip's command lines work as they are.
source "$(dirname "$0")/common.sh"
text 30 >in.txt
expect 0 "$CZIP" compress -m "$MODEL" -i in.txt -o out.czip; silent
expect 0 "$CZIP" decompress -m "$MODEL" -i out.czip -o back.txt; silent
same back.txt in.txt
# As in compress.zip, there are no rules for suffixes, and OUT is replaced without asking.
printf old >any
expect 0 "$CZIP" compress -m "$MODEL" -i in.txt -o any -c brotli </dev/null; same any out.czip
expect 0 "$CZIP" decompress -m "$MODEL" -i any -o back.txt </dev/null; same back.txt in.txt
expect 0 "$CZIP" compress --model "$MODEL" --input in.txt --output zstd.czip --codec zstd --level 1
expect 0 "$CZIP" list zstd.czip >list.txt
grep -qE 'CZIPv1 +zstd +64 +1 ' list.txt || fail 'codec or level'
expect 0 "$CZIP" compress -m "$MODEL" -iin.txt -oout1.czip -czstd -L1; same out1.czip zstd.czip
expect 0 "$CZIP" decompress --model="$MODEL" --input=out1.czip --output=back.txt; same back.txt in.txt
expect 1 "$CZIP" compress -m "$MODEL" -i in.txt; one_line; stderr_has '-o'
expect 1 "$CZIP" compress -m "$MODEL" -i in.txt -o x -L 6; one_line; stderr_has '1 to 5'
expect 1 "$CZIP" compress -m "$MODEL" -i in.txt -o x -c lzma; one_line; stderr_has 'brotli or zstd'
expect 1 "$CZIP" compress -m "$MODEL" -i in.txt -o x extra; one_line
expect 1 "$CZIP" compress -m "$MODEL" -i missing -o x; one_line; stderr_has missing
expect 1 "$CZIP" compress -m "$MODEL" -i in.txt -o x -t missing.json; one_line; stderr_has missing.json
expect 2 "$CZIP" compress -m "$MODEL" -i in.txt -o x -t in.txt; one_line
# A failure leaves OUT as it was.
printf old >kept
expect 2 "$CZIP" decompress -m "$MODEL" -i in.txt -o kept; one_line
[ "$(cat kept)" = old ] || fail 'OUT was damaged'
absent x
clean

# CZIPv1 stores a hash of the model's path as typed.
cp "$MODEL" model.czm
expect 0 "$CZIP" compress -m model.czm -i in.txt -o hash.czip
wanted=$(printf 'model.czm' | md5sum | head -c 8)
expect 0 "$CZIP" list -v -m model.czm hash.czip >list.txt
grep -q "path hash $wanted, that of -m" list.txt || fail 'path hash'
expect 0 "$CZIP" list -v -m ./model.czm hash.czip >list.txt
grep -q 'not that of -m' list.txt || fail 'path hash of another path'
