# -M bounds the memory that coding takes, --max-output what it gives.
source "$(dirname "$0")/v2_common.sh"
prose 5 200000 >text.txt

# What is refused names the option, leaves nothing behind and keeps the input.
for options in "-m $MODEL2" "-m $MODEL"; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 1 "$CZIP" $options -M 1M text.txt; one_line; stderr_has '; -M LIMIT allows more'
  # shellcheck disable=SC2086
  expect 1 "$CZIP" $options --max-output 1000 text.txt; one_line; stderr_has 'more than the 1000 bytes that --max-output'
  absent text.txt.czip; clean
  # shellcheck disable=SC2086
  expect 0 "$CZIP" $options -M 1G --max-output 200K -k text.txt
  # shellcheck disable=SC2086
  expect 1 "$CZIP" $options -d -M 1M -o out text.txt.czip; one_line; stderr_has '; -M LIMIT allows more'
  # shellcheck disable=SC2086
  expect 1 "$CZIP" $options -d --max-output 199999 -o out text.txt.czip; one_line; stderr_has '--max-output'
  absent out; clean
  # shellcheck disable=SC2086
  expect 1 "$CZIP" $options -t --max-output 199999B text.txt.czip; one_line; stderr_has '--max-output'
  # shellcheck disable=SC2086
  expect 0 "$CZIP" $options -t --max-output 200000 text.txt.czip
  expect 1 "$CZIP" -l --max-output 199999 text.txt.czip; one_line; stderr_has 'more than the 199999 that --max-output'
  expect 0 "$CZIP" -l --max-output 200000 text.txt.czip
  # shellcheck disable=SC2086
  expect 0 "$CZIP" $options -d -M 256MiB --max-output 196k -o out text.txt.czip; same out text.txt
  rm out text.txt.czip
done

# Short texts, too, which have frames of their own.
head -c 30000 text.txt >short
expect 1 "$CZIP" -m "$MODEL2" -M 4M short; one_line; stderr_has '; -M LIMIT allows more'
absent short.czip

# A stream gets nothing before there is memory. What is told to be enough is.
mkdir folder; cp text.txt folder
for words in '-c text.txt' '-rc folder' '-c -'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 1 "$CZIP" -m "$MODEL2" -T1 -M 5000K $words <text.txt >out; one_line; stderr_has 'but the limit is 5000 KiB; -M'
  [ ! -s out ] || fail "a stream got bytes: $words"
  needed=$(sed 's/.*takes \([0-9]*\) KiB.*/\1/' .err)
  # shellcheck disable=SC2086
  expect 1 "$CZIP" -m "$MODEL2" -T1 -M $((needed - 1))K $words <text.txt >out; one_line
  # shellcheck disable=SC2086
  expect 0 "$CZIP" -m "$MODEL2" -T1 -M "${needed}K" $words <text.txt >out; silent
done
: >none; expect 0 "$CZIP" -m "$MODEL2" -c <none >out; expect 0 "$CZIP" -dc -m "$MODEL2" <out | cmp - none
rm -r folder

# The limit on memory costs threads first: -v tells how many were used.
expect 0 "$CZIP" -1 -v -T 4 -m "$MODEL2" -M 100M -k text.txt; stderr_has ', threads 1$'
expect 0 "$CZIP" -dc -v -m "$MODEL2" text.txt.czip >out; same out text.txt

for wrong in '' x 0x10 -1 1T 1KX K 18446744073709551616 99999999999G; do
  expect 1 "$CZIP" --max-output "$wrong" text.txt; one_line; stderr_has 'is no number of bytes'
done
expect 1 "$CZIP" -M 0 text.txt; one_line

# What copies in an archive get counts, though its tar does not have it; their holes do not.
mkdir tree; for name in a b c; do cp text.txt tree/$name; done
truncate -s 1G tree/sparse; printf end >>tree/sparse; cp --sparse=always tree/sparse tree/sparse2
expect 0 "$CZIP" -1 -r -m "$MODEL2" tree
for members in '' tree; do
  # shellcheck disable=SC2086
  expect 1 "$CZIP" -d --max-output 590K -m "$MODEL2" -o unpacked tree.czip $members; one_line; stderr_has --max-output
  absent unpacked
  # shellcheck disable=SC2086
  expect 0 "$CZIP" -d --max-output 800K -m "$MODEL2" -o unpacked tree.czip $members; silent; same unpacked/tree/c text.txt
  rm -r unpacked
done
expect 1 "$CZIP" -d --salvage --max-output 590K -m "$MODEL2" -o unpacked tree.czip; one_line; absent unpacked
expect 0 "$CZIP" -t --max-output 300K -m "$MODEL2" tree.czip
rm -r tree; clean

# Testing and removing CZIPv1 code the text again, in memory that does not grow with it. A tokenizer with long tokens
# makes that quick.
: "${SEEDED_MODEL:?path of a small model of format 1}"
{
  printf '{"pat_str":" {1,100}|[^ ]+","mergeable_ranks":{'
  for byte in $(seq 0 255); do printf '"\\u%04x":%d,' "$byte" "$byte"; done
  printf '"%100s":256},"special_tokens":{"<|bos|>":371,"<|eos|>":372},"explicit_n_vocab":373}' ''
} >tokenizer.json
coder=("$CZIP" -q -T1 -m "$SEEDED_MODEL" --tokenizer tokenizer.json)
head -c 16000000 /dev/zero | tr '\0' ' ' >spaces
expect 0 "${coder[@]}" -z -1 --codec zstd --no-verify spaces
if (ulimit -d 45000; "${coder[@]}" -t --no-verify spaces.czip) 2>/dev/null; then  # a sanitizer takes far more
  (ulimit -d 45000; expect 0 "${coder[@]}" -t spaces.czip)
  (ulimit -d 45000; expect 0 "${coder[@]}" -d --rm -o back spaces.czip)
  same back spaces; absent spaces.czip
fi
