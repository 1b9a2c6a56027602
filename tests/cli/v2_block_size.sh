# Format 2: --block-size bounds the text of a block.
source "$(dirname "$0")/v2_common.sh"
noise 200000 >text
expect 0 "$CZIP" -1 --block-size 64K -m "$MODEL2" text
expect 0 "$CZIP" -l --json text.czip >json
if ! grep -q '"block_bytes": 65536' json || ! grep -q '"blocks": 4' json; then fail 'not 4 blocks of 64 KiB'; fi
expect 0 "$CZIP" -dc -m "$MODEL2" text.czip >out; same out text
expect 0 "$CZIP" -1 --block-size 65536 -c -m "$MODEL2" text >again.czip; same again.czip text.czip
for size in 63K 65M 0 K 1G -1 64k64 '' 4294967297M; do
  expect 1 "$CZIP" -c --block-size "$size" -m "$MODEL2" text; one_line; stderr_has '64K to 64M'
done
expect 1 "$CZIP" -c --block-size 64K -m "$MODEL" text; one_line; stderr_has 'format 2'
expect 1 "$CZIP" decompress -c --block-size 64K -m "$MODEL2" text.czip; one_line
clean
