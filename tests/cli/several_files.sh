# Several files, one of them bad; directories; --rm.
source "$(dirname "$0")/common.sh"
text 5 >a
text 2 >b
text 3 >c
expect 1 "$CZIP" -m "$MODEL" a missing b; one_line; stderr_has missing
present a.czip b.czip
# The worst status counts: 2 for data over 1 for files.
head -c 20 a.czip >broken.czip
expect 2 "$CZIP" -t -m "$MODEL" a.czip broken.czip missing.czip b.czip
[ "$(wc -l <.err)" = 2 ] || fail 'two errors expected'
mkdir out
mv a b out
expect 2 "$CZIP" -d -m "$MODEL" a.czip broken.czip b.czip
same a out/a
same b out/b
absent broken

# Directories.
mkdir -p tree/sub
cp a tree/one
cp b tree/sub/two
cp a.czip tree/sub/old.czip
ln -s one tree/link
mkfifo tree/pipe
expect 0 "$CZIP" -r -m "$MODEL" tree; silent
present tree/one.czip tree/sub/two.czip
absent tree/link.czip tree/pipe.czip tree/sub/old.czip.czip
rm tree/one tree/sub/two
expect 0 "$CZIP" -dr -m "$MODEL" tree; silent
same tree/one a
same tree/sub/two b
expect 0 "$CZIP" -tr -m "$MODEL" tree; silent
expect 0 "$CZIP" -lr tree >list.txt
grep -q '3 files' list.txt || fail 'total of the list'
expect 1 "$CZIP" -r -m "$MODEL" -o x tree; one_line

# --rm.
rm -f ./*.czip
expect 0 "$CZIP" --rm -m "$MODEL" a; silent
absent a
expect 0 "$CZIP" -d --rm -m "$MODEL" a.czip; silent
absent a.czip
same a out/a
expect 0 "$CZIP" --rm -c -m "$MODEL" a >a.czip; stderr_has '--rm'
present a
expect 0 "$CZIP" --rm -f -m "$MODEL" a; absent a
ln -s b link
expect 1 "$CZIP" --rm -f -m "$MODEL" link; stderr_has 'was kept'
present link b link.czip
expect 0 "$CZIP" --rm -k -m "$MODEL" c; present c
# A damaged file is never removed.
cp a.czip damaged.czip
printf 'X' | dd of=damaged.czip bs=1 seek=40 conv=notrunc status=none
expect 2 "$CZIP" -d --rm -m "$MODEL" damaged.czip
present damaged.czip
absent damaged
clean
