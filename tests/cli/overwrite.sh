# Existing files are safe: overwriting, suffixes, links, devices, one file as input and output.
source "$(dirname "$0")/common.sh"
text 5 >a.txt
text 3 >b.txt
printf precious >a.txt.czip
expect 1 "$CZIP" -m "$MODEL" a.txt </dev/null; one_line; stderr_has 'use -f'
[ "$(cat a.txt.czip)" = precious ] || fail 'overwritten without -f'
expect 0 "$CZIP" -f -m "$MODEL" a.txt
expect 1 "$CZIP" -d -m "$MODEL" a.txt.czip </dev/null; one_line; stderr_has 'a.txt exists'
expect 0 "$CZIP" -df -m "$MODEL" a.txt.czip
text 5 | cmp - a.txt
expect 1 "$CZIP" -m "$MODEL" -o b.txt a.txt </dev/null; one_line
text 3 | cmp - b.txt
mkdir folder
expect 1 "$CZIP" -f -m "$MODEL" -o folder a.txt; one_line; stderr_has directory

# -u replaces what czip wrote and is older, in any form; anything else only with -f.
mkdir update
cd update
text 4 >a.txt
for words in '' '--base64'; do
  # shellcheck disable=SC2086  # the options are meant to be split
  expect 0 "$CZIP" -uf -m "$MODEL" $words a.txt
  touch -d 2020-01-01 a.txt.czip
  text 8 >a.txt
  expect 0 "$CZIP" -u -m "$MODEL" a.txt; silent
  expect 0 "$CZIP" -dc -m "$MODEL" a.txt.czip | cmp - a.txt
done
for content in precious ''; do
  printf %s "$content" >a.txt.czip
  touch -d 2020-01-01 a.txt.czip
  expect 1 "$CZIP" -u -m "$MODEL" a.txt; one_line; stderr_has 'a.txt.czip is no file of czip'
  [ "$(cat a.txt.czip)" = "$content" ] || fail '-u replaced what is no file of czip'
done
expect 0 "$CZIP" -uf -m "$MODEL" a.txt
expect 0 "$CZIP" -dc -m "$MODEL" a.txt.czip | cmp - a.txt
cd ..

# At a terminal, czip asks.
if command -v script >/dev/null; then
  printf precious >a.txt.czip
  ask() { printf '%s\n' "$1" | script -qec "'$CZIP' -m '$MODEL' a.txt" /dev/null >asked || true; }
  ask n
  [ "$(cat a.txt.czip)" = precious ] || fail 'overwritten after n'
  grep -q 'overwrite it' asked || fail 'not asked'
  ask y
  [ "$(cat a.txt.czip)" != precious ] || fail 'not overwritten after y'
  # Compressed data stays off the terminal.
  expect 1 script -qec "'$CZIP' -c -m '$MODEL' a.txt" /dev/null >out
  grep -q terminal out || fail 'compressed data went to a terminal'
  expect 1 script -qec "'$CZIP' -d -m '$MODEL' -o x" /dev/null >out </dev/null
  grep -q terminal out || fail 'compressed data came from a terminal'
  absent x
fi

# Suffixes.
expect 1 "$CZIP" -m "$MODEL" a.txt.czip; one_line; stderr_has 'ends in .czip already'
absent a.txt.czip.czip
expect 0 "$CZIP" -f -m "$MODEL" a.txt.czip; present a.txt.czip.czip
expect 1 "$CZIP" -d -m "$MODEL" b.txt; one_line; stderr_has 'does not end in .czip'
cp a.txt.czip renamed
expect 1 "$CZIP" -d -m "$MODEL" renamed; one_line
expect 0 "$CZIP" -d -m "$MODEL" -o renamed.out renamed; same renamed.out a.txt
expect 0 "$CZIP" -dc -m "$MODEL" renamed | cmp - a.txt
cp a.txt.czip .czip
expect 1 "$CZIP" -d -m "$MODEL" .czip; one_line

# One file as input and output.
cp a.txt same
expect 1 "$CZIP" -f -m "$MODEL" -o same same; one_line; stderr_has 'both input and output'
ln same hardlink
expect 1 "$CZIP" -f -m "$MODEL" -o hardlink same; one_line
ln -s same symlink
expect 1 "$CZIP" -f -m "$MODEL" -o symlink same; one_line
expect 1 "$CZIP" -f -m "$MODEL" -o ./folder/../same same; one_line
expect 1 "$CZIP" -f -m "$MODEL" -o same <same; one_line
expect 1 "$CZIP" -dc -m "$MODEL" a.txt.czip >>a.txt.czip; one_line
same same a.txt

# Symbolic links are followed with -f, or where no output is put beside them.
ln -s a.txt link
expect 1 "$CZIP" -m "$MODEL" link; one_line; stderr_has 'symbolic link'
absent link.czip
expect 0 "$CZIP" -c -m "$MODEL" link | expect 0 "$CZIP" -dc -m "$MODEL" | cmp - a.txt
expect 0 "$CZIP" -f -m "$MODEL" link; present link.czip
[ -L link ] || fail 'the link was replaced'
# Where an output is a link, the file to which it leads is written.
ln -s target.czip out.czip
printf old >target.czip
expect 1 "$CZIP" -m "$MODEL" -o out.czip a.txt </dev/null
expect 0 "$CZIP" -f -m "$MODEL" -o out.czip a.txt
[ -L out.czip ] || fail 'the output link was replaced'
same target.czip a.txt.czip

# Directories, devices and pipes.
expect 1 "$CZIP" -m "$MODEL" folder; one_line; stderr_has 'use -r'
mkfifo pipe
expect 1 "$CZIP" -m "$MODEL" pipe; one_line; stderr_has 'not a regular file'
cat a.txt >pipe &
expect 0 "$CZIP" -f -m "$MODEL" pipe; wait
expect 0 "$CZIP" -dc -m "$MODEL" pipe.czip | cmp - a.txt
clean
