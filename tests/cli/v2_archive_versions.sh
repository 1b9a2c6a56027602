# Archives: -a appends versions and writes to nothing before them, --at gives earlier ones, --repack leaves one.
source "$(dirname "$0")/v2_common.sh"
mkdir -p tree/sub
text 30 >tree/a.txt; prose 3 40000 >tree/b.txt; text 20 >tree/sub/c.txt; text 9 >tree/gone
ln tree/b.txt tree/linked
touch -d '2020-01-01' tree/*
expect 0 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree   # which creates it
cp -a tree v1
cp tree.czip v1.czip
same_tree() { diff -r --no-dereference "$1" "$2" >.diff 2>&1 || { cat .diff; fail "$1 and $2 differ"; }; }
attributes() { (cd "$1" && find . ! -name . -printf '%p %y %m %T@ %l\n' | LC_ALL=C sort); }
# extracts N FOLDER: version N is that tree.
extracts() {
  rm -rf out
  expect 0 "$CZIP" -d --at "$1" -o out -m "$MODEL2" tree.czip; silent
  same_tree out/tree "$2"
  [ "$(attributes out/tree)" = "$(attributes "$2")" ] || fail "version $1: attributes differ"
}
extracts 1 v1

# Nothing new.
expect 0 "$CZIP" -1 -a -v -m "$MODEL2" tree.czip tree; stderr_has 'nothing is new'; same tree.czip v1.czip
# Changed, new, touched, removed, moved, of another kind; a hard link of what changed.
text 31 >tree/a.txt
touch -d '2021-02-03' tree/sub/c.txt          # only its time
printf x >>tree/b.txt                          # tree/linked changes with it
prose 9 30000 >tree/sub/new.txt
cp tree/sub/new.txt tree/sub/copy.txt
rm tree/gone; mkdir tree/gone; text 2 >tree/gone/inside
ln -s a.txt tree/symbolic
cp -a tree v2
expect 0 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree
head -c "$(stat -c %s v1.czip)" tree.czip | cmp - v1.czip || fail 'what was there has changed'
extracts 2 v2; extracts 1 v1
rm -r out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip; same_tree out/tree v2
[ out/tree/b.txt -ef out/tree/linked ] || fail 'no hard link'
expect 0 "$CZIP" -l tree.czip >list; grep -q 'of version 2 of 2$' list || fail 'version 2'
! grep -q 'tree/gone link' list || fail list
expect 0 "$CZIP" -l --at 1 tree.czip >list; grep -q 'tree/gone$' list || fail 'version 1'
expect 1 "$CZIP" -d --at 3 -m "$MODEL2" tree.czip; one_line; stderr_has 'has 2 versions'
expect 0 "$CZIP" -t -m "$MODEL2" tree.czip; silent
expect 0 "$CZIP" -t -m "$MODEL2" tree.czip tree/a.txt
# The same time and length, another content: by design not seen; another time: seen by the hash.
sed -i 's/best/BEST/' tree/a.txt; touch -d '2022-01-01' tree/a.txt
rm tree/symbolic tree/sub/copy.txt
cp -a tree v3
expect 0 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree; extracts 3 v3; extracts 2 v2; extracts 1 v1
# A tar for plain tar, of the newest version.
expect 0 "$CZIP" -dc -m "$MODEL2" tree.czip >newest.tar
rm -r out; mkdir out; tar xf newest.tar -C out; same_tree out/tree v3
# A second root; what is excluded or cannot be read stays as it was.
mkdir more; text 7 >more/m
expect 0 "$CZIP" -1 -a -m "$MODEL2" tree.czip more tree --exclude '*.txt'
rm -r out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip; same_tree out/tree v3; same out/more/m more/m
expect 1 "$CZIP" -1 -a -m "$MODEL2" tree.czip missing; stderr_has missing
rm -r out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip; same_tree out/tree v3
# Without their indexes, versions are those of the tar: only what the tar does not tell is lost.
expect 0 "$CZIP" -d --at 1 -o out2 -m "$MODEL2" tree.czip; same_tree out2/tree v1

# A kill at any moment leaves the old versions, and the next -a goes on.
cp tree.czip before.czip
prose 11 "$(full_or_fast 400000 60000)" >tree/large
cp -a tree v5
for delay in 0.02 0.05 0.1 0.2 0.4 '0.05 --recovery 60' '0.2 --recovery 60' '0.4 --recovery 60'; do
  read -r delay recovery <<<"$delay"
  cp before.czip tree.czip
  # shellcheck disable=SC2086 # no word, or two
  "$CZIP" -1 -T1 -a $recovery -m "$MODEL2" tree.czip tree 2>/dev/null & pid=$!
  sleep "$delay"; kill -9 $pid 2>/dev/null || true; wait $pid 2>/dev/null || true
  head -c "$(stat -c %s before.czip)" tree.czip | cmp - before.czip || fail "killed after $delay: old bytes differ"
  rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip
  if [ -e out/tree/large ]; then same_tree out/tree v5; else same_tree out/tree v3; fi
  expect 0 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree
  rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip; silent; same_tree out/tree v5
done
# A signal takes back what was begun; so does a full disk.
cp before.czip tree.czip
"$CZIP" -1 -T1 -a -m "$MODEL2" tree.czip tree 2>/dev/null & pid=$!
sleep 0.1; kill -TERM $pid 2>/dev/null || true; wait $pid 2>/dev/null || true
rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip; silent
cp before.czip tree.czip
(ulimit -f $(($(stat -c %s before.czip) / 1024 + 2)); expect 1 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree)
same tree.czip before.czip
expect 1 "$CZIP" -1 -a --max-output 1000 -m "$MODEL2" tree.czip tree; same tree.czip before.czip
# Two at once; an archive that is its own content; what is no archive.
exec 9<tree.czip; flock 9
expect 1 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree; one_line; stderr_has 'another czip'
expect 1 "$CZIP" -1 --repack -o repacked.czip -m "$MODEL2" tree.czip; one_line; stderr_has 'another czip'; absent repacked.czip
flock -u 9; exec 9<&-
cp tree.czip tree/inner.czip
expect 0 "$CZIP" -1 -a -m "$MODEL2" tree/inner.czip tree
expect 1 "$CZIP" -l tree/inner.czip 'tree/inner*'; stderr_has 'no member'
rm tree/inner.czip
text 5 >plain; expect 0 "$CZIP" -1 -m "$MODEL2" plain
expect 1 "$CZIP" -1 -a -m "$MODEL2" plain.czip tree; one_line; stderr_has 'no archive'
expect 2 "$CZIP" -1 -a -m "$MODEL2" plain tree; one_line
expect 1 "$CZIP" -a -m "$MODEL2" tree.czip; one_line

# A hard link that has become a file of its own, with the same content.
mkdir links; text 30 >links/a; ln links/a links/b
expect 0 "$CZIP" -1 -a -m "$MODEL2" links.czip links
cp links/b copied; mv copied links/b; chmod 600 links/b
expect 0 "$CZIP" -1 -a -m "$MODEL2" links.czip links
rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" links.czip; same_tree out/links links
[ ! out/links/a -ef out/links/b ] || fail 'a hard link that is none any more'
[ "$(stat -c %a out/links/a out/links/b | tr '\n' ' ')" = "$(stat -c %a links/a links/b | tr '\n' ' ')" ] || fail 'permissions'
# A file with a hole, and one whose bytes are what the index hashes of that: they differ.
mkdir holes; noise 4096 >holes/a; cp holes/a data; truncate -s 4112 holes/a
expect 0 "$CZIP" -1 -a -m "$MODEL2" holes.czip holes
{ printf '\0\0\0\0\0\0\0\0\0\020\0\0\0\0\0\0'; cat data; } >holes/a; touch -d '2021-01-01' holes/a
expect 0 "$CZIP" -1 -a -m "$MODEL2" holes.czip holes
rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" holes.czip; same_tree out/holes holes

# --repack: one version, the same members; in its place only with -f.
expect 0 "$CZIP" -1 -a -m "$MODEL2" tree.czip tree
expect 1 "$CZIP" --repack -m "$MODEL2" tree.czip; one_line; stderr_has '-o'
expect 0 "$CZIP" -1 --repack -o packed.czip -m "$MODEL2" tree.czip
expect 0 "$CZIP" -l packed.czip >list; grep -q 'of version 1 of 1$' list || fail 'more than one version'
rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" packed.czip; same_tree out/tree v5; same out/more/m more/m
[ "$(attributes out/tree)" = "$(attributes v5)" ] || fail 'repacked: attributes differ'
expect 0 "$CZIP" -1 --repack --at 2 -o old.czip -m "$MODEL2" tree.czip
rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" old.czip; same_tree out/tree v2
expect 0 "$CZIP" -1 --repack -f -m "$MODEL2" tree.czip; same tree.czip packed.czip
# With recovery data.
expect 0 "$CZIP" -1 --repack -f --recovery 10 -m "$MODEL2" tree.czip
text 77 >tree/a.txt; expect 0 "$CZIP" -1 -a --recovery 10 -m "$MODEL2" tree.czip tree
expect 0 "$CZIP" -l tree.czip >list; grep -q 'of version 2 of 2$' list || fail 'recovery data in between'
head -c 20 /dev/zero | tr '\0' x | dd of=tree.czip bs=1 seek=500 conv=notrunc status=none
rm -rf out; expect 0 "$CZIP" -d -o out -m "$MODEL2" tree.czip; stderr_has mended; same out/tree/a.txt tree/a.txt
clean
