#!/usr/bin/env bash
# Compressing with --checkpoint: a kill loses at most the blocks in work, and no file is taken for a
# checkpoint that is none.
source "$(dirname "$0")/common.sh"

compress() { "$CZIP" -1 --block-size 64KiB -T 1 "$@"; }
text 15000 >a
compress -q a -o whole.czip

# Undisturbed: the same file, and no checkpoint left.
expect 0 compress -q --checkpoint point a -o b.czip; silent; same whole.czip b.czip; absent point
expect 0 compress -q --checkpoint point --resume a -o c.czip; silent; same whole.czip c.czip; absent point

# Half of the file.
size=$(stat -c %s whole.czip)
printf 'czip checkpoint\n' >half; head -c $((size / 2)) whole.czip >>half
expect 0 compress -v --checkpoint half --resume a -o d.czip; same whole.czip d.czip; absent half
stderr_has '[1-9][0-9]* of 15 blocks were in the checkpoint'

# Killed in the middle.
for wait in 0.02 0.1 0.3; do
  rm -f e.czip
  "$CZIP" -q -1 --block-size 64KiB -T 1 --checkpoint kill --resume a -o e.czip 2>/dev/null & pid=$!
  sleep "$wait"; kill -9 $pid 2>/dev/null || true; wait $pid 2>/dev/null || true
done
rm -f e.czip .e.czip.czip-* # a kill leaves a temporary
expect 0 compress -q --checkpoint kill --resume a -o e.czip; silent; same whole.czip e.czip; absent kill

# Another text, or a damaged checkpoint, is no error.
printf 'czip checkpoint\n' >other; "$CZIP" -q -1 --block-size 64KiB -c whole.czip >>other
expect 0 compress -q --checkpoint other --resume a -o f.czip; silent; same whole.czip f.czip; absent other

# To standard output.
printf 'czip checkpoint\n' >half; head -c $((size / 2)) whole.czip >>half
compress -q --checkpoint half --resume -c a >g.czip 2>.err; silent; same whole.czip g.czip; absent half

# What is refused, with every file as it was.
cp a kept
refused() { # PATTERN OPTION...
  local pattern=$1
  shift
  expect 1 compress "$@" a -o x.czip; one_line; stderr_has "$pattern"; absent x.czip; same a kept
}
printf 'czip checkpoint\n' >half; cp half half.kept
refused 'half exists; go on from it by --resume, or begin anew by -f' --checkpoint half
same half half.kept
echo notes >notes; cp notes notes.kept
refused 'notes is no checkpoint of a compression' --checkpoint notes --resume
refused 'notes is no checkpoint of a compression' --checkpoint notes -f
same notes notes.kept
refused 'a' --checkpoint a --resume
refused 'a' --checkpoint a -f
ln -s half link
refused 'link' --checkpoint link --resume
refused 'cannot open missing/point' --checkpoint missing/point
refused 'cannot open .: Is a directory' --checkpoint . --resume
refused 'no regular file' --checkpoint /dev/null --resume
expect 1 compress --resume --checkpoint half a -o half -f; one_line; same half half.kept
expect 1 compress --resume a -o x.czip; one_line; stderr_has 'resume needs --checkpoint'
expect 1 compress --checkpoint p a kept; one_line; stderr_has 'of one file'
expect 1 "$CZIP" -d --checkpoint p whole.czip -o x; one_line; stderr_has 'of compressing'
absent p
clean
