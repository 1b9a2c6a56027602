# Directories: the tree comes back, archives are packed alike, and hostile ones do no harm.
source "$(dirname "$0")/v2_common.sh"
mkdir -p tree/sub/deep tree/empty
text 50 >tree/a
binary 20000 >tree/sub/b
: >tree/sub/deep/nothing
printf 'caf\xc3\xa9' >$'tree/caf\xc3\xa9'
printf 'latin' >$'tree/latin\xe9'
text 2 >"tree/$(printf 'long%.0s' $(seq 40))"
ln -s a tree/link
ln -s /nowhere tree/sub/absolute
ln -s ../.. tree/sub/up
chmod 750 tree/sub
chmod 4755 tree/a
chmod 400 tree/sub/b
touch -d '2001-02-03 04:05:06.789012345' tree/sub/b tree/empty
touch -h -d '2002-02-03' tree/link

listing() { (cd "$1" && find . -printf '%p %y %m %t %s %l\n' | sed 's/^\([^ ]* d [^ ]* .*\) [0-9]* $/\1/; s/ 4755 / 755 /' | sort); }
expect 0 "$CZIP" -r -m "$MODEL2" tree; silent
present tree.czip
absent tree/a.czip
mkdir out
cp tree.czip out
(cd out; expect 0 "$CZIP" -d -m "$MODEL2" tree.czip; silent)
[ "$(listing tree)" = "$(listing out/tree)" ] || { diff <(listing tree) <(listing out/tree) >&2; fail 'another tree'; }
same tree/sub/b out/tree/sub/b

# Without -f, existing files stay; with -f, the archive is merged into them.
printf mine >out/tree/a
expect 1 "$CZIP" -d -m "$MODEL2" out/tree.czip; one_line; stderr_has 'use -f'
[ "$(cat out/tree/a)" = mine ] || fail 'overwritten without -f'
printf more >out/tree/more
rm out/tree/link
mkdir elsewhere
ln -s "$PWD/elsewhere" out/tree/link
expect 0 "$CZIP" -df -m "$MODEL2" out/tree.czip; silent
same tree/a out/tree/a
present out/tree/more
[ "$(readlink out/tree/link)" = a ] || fail 'a link was followed or kept'
[ -z "$(ls -A elsewhere)" ] || fail 'something was written through a link'

# To another place, to a stream, from a stream.
expect 0 "$CZIP" -d -m "$MODEL2" -o place tree.czip; same place/tree/a tree/a
expect 0 "$CZIP" -d -m "$MODEL2" -o place2 <tree.czip; same place2/tree/a tree/a
expect 0 "$CZIP" -dc -m "$MODEL2" tree.czip >tree.tar
if command -v tar >/dev/null; then tar tf tree.tar >names 2>/dev/null; grep -q '^tree/sub/b$' names || fail 'no tar'; fi
expect 0 "$CZIP" -t -m "$MODEL2" tree.czip; silent
expect 0 "$CZIP" -l tree.czip >list.txt; grep -q '^CZIPv2  archive ' list.txt || fail 'list'
expect 0 "$CZIP" -dc --range 9:400 -m "$MODEL2" tree.czip >part
head -c 409 tree.tar | tail -c 400 | cmp - part
# The same tree gives the same archive, by whatever path it is named.
expect 0 "$CZIP" -r -c -m "$MODEL2" tree/ >again.czip; same again.czip tree.czip
(cd tree; expect 0 "$CZIP" -r -m "$MODEL2" -o ../dot.czip .); same dot.czip tree.czip
(cd tree; expect 1 "$CZIP" -r -m "$MODEL2" .; one_line; stderr_has '-o FILE')
cat tree.czip tree.czip >twice.czip
expect 0 "$CZIP" -d -m "$MODEL2" -o place3 twice.czip; diff -r --no-dereference place3/tree tree; rm -r place3

# Several inputs, and an output inside what is packed.
expect 0 "$CZIP" -r -m "$MODEL2" -o several.czip tree out/tree.czip; silent
expect 0 "$CZIP" -d -m "$MODEL2" -o several several.czip; same several/tree.czip tree.czip; same several/tree/a tree/a
mkdir -p x/tree
expect 1 "$CZIP" -r -m "$MODEL2" -o bad.czip tree x/tree; one_line; stderr_has 'that name'
expect 0 "$CZIP" -r -m "$MODEL2" -o x/self.czip x
expect 0 "$CZIP" -d -m "$MODEL2" -o y x/self.czip; [ "$(ls -A y/x)" = tree ] || fail 'the output packed itself'
expect 1 "$CZIP" -r --rm -f -m "$MODEL2" x; one_line; stderr_has '--rm'
expect 1 "$CZIP" -m "$MODEL2" x; one_line; stderr_has 'use -r'

# --rm of an archive; damage leaves nothing.
cp tree.czip gone.czip
expect 0 "$CZIP" -d --rm -m "$MODEL2" -o rm gone.czip; absent gone.czip; same rm/tree/a tree/a
size=$(stat -c %s tree.czip)
for length in 40 $((size / 2)); do
  head -c $length tree.czip >cut.czip
  expect 2 "$CZIP" -d -m "$MODEL2" -o cut cut.czip; one_line
  absent cut
done
head -c $((size - 1)) tree.czip >cut.czip
expect 0 "$CZIP" -d -m "$MODEL2" -o cut cut.czip; one_line; stderr_has 'index is damaged'
diff -r --no-dereference cut/tree tree; rm -r cut
expect 2 "$CZIP" -d -m "$OTHER2" -o cut tree.czip; one_line; absent cut

# Nothing of an archive replaces an input of the same command, whatever its name.
mkdir self
cd self
hostile() { "$HOSTILE" "$MODEL2" "$@"; }
keeps() { # keeps COMMAND...: refuses, and changes no file
  cp -a . ../self.before
  expect 1 "$@"; one_line; stderr_has 'both input and output'
  diff -r --no-dereference ../self.before . >&2 || fail 'something changed'
  rm -rf ../self.before
}
hostile x.czip 0:aaa:new 0:x.czip:gone
keeps "$CZIP" -df -m "$MODEL2" x.czip
keeps "$CZIP" -df -m "$MODEL2" ./x.czip
keeps "$CZIP" -df -m "$MODEL2" -o "$PWD" x.czip
keeps "$CZIP" -df -m "$MODEL2" -o . - <x.czip
ln -s x.czip soft.czip
keeps "$CZIP" -df -m "$MODEL2" soft.czip
hostile x.czip 0:soft.czip:gone
keeps "$CZIP" -df -m "$MODEL2" soft.czip
ln x.czip hard.czip
hostile y.czip 0:hard.czip:gone
expect 1 "$CZIP" -df -m "$MODEL2" y.czip x.czip; stderr_has 'y.czip: hard.czip is both input and output'
hostile x.czip 0:hard.czip:gone; ln -f x.czip hard.czip
keeps "$CZIP" -df -m "$MODEL2" x.czip
hostile x.czip 5:x.czip 0:x.czip/a:gone
keeps "$CZIP" -df -m "$MODEL2" x.czip
hostile x.czip 2:x.czip:/etc/passwd
keeps "$CZIP" -df -m "$MODEL2" x.czip
mkdir sub
hostile sub/x.czip 0:sub/x.czip:gone
keeps "$CZIP" -df -m "$MODEL2" -o . sub/x.czip
cp "$MODEL2" own.czm
hostile x.czip 0:own.czm:gone
keeps "$CZIP" -df -m own.czm x.czip
cd ..

# With -f, all of it is replaced or nothing: a folder in the place of a file, in the last of three.
hostile three.czip 5:three 0:three/a:new 0:three/b:new 0:three/new:new 0:three/z:new
mkdir -p three/z
printf old >three/a
printf old >three/b
printf keep >three/z/keep
cp -a three three.before
expect 1 "$CZIP" -df -m "$MODEL2" three.czip; one_line; stderr_has 'three/z is a folder'
diff -r three.before three >&2 || fail 'half of an archive is in place'
rm -r three/z
expect 0 "$CZIP" -df -m "$MODEL2" three.czip; silent
[ "$(cat three/*)" = newnewnewnew ] || fail 'an archive was merged in part'
printf old >two
expect 1 "$CZIP" -d -m "$MODEL2" -o two three.czip; one_line; [ "$(cat two)" = old ] || fail 'a file became a folder'
expect 1 "$CZIP" -d -m "$MODEL2" -o missing/place three.czip; one_line; absent missing
clean

# A signal removes what was unpacked so far.
mkdir big
for i in 1 2 3 4; do head -c "$(full_or_fast 20000000 4000000)" /dev/urandom >big/$i; done
expect 0 "$CZIP" -1 -r --no-verify -m "$MODEL2" big
rm -rf big
status=0
env --default-signal=TERM "$CZIP" -T1 -d -m "$MODEL2" big.czip 2>.err &
pid=$!
wait_for '.unpacked.czip-*'
kill -TERM $pid || true
wait $pid || status=$?
# A quick machine may be done by then.
case $status in 143) absent big ;; 0) ;; *) fail "status $status after SIGTERM" ;; esac
clean
