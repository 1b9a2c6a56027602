# What an archive keeps of a tree, what it leaves out, and what it does with a tree that changes while it is packed.
source "$(dirname "$0")/v2_common.sh"
# The last command's errors have one with this text.
has_error() { grep -qF -- "$1" .err || fail "no error $1"; }

# Hard links and holes stay, in czip and in tar; the same tree gives the same bytes.
mkdir -p tree/sub
text 20 >tree/a
ln tree/a tree/sub/b
ln tree/a tree/z
text 21 >tree/sub/a
ln -s a tree/link
for hole in '0 data' '1000000 data' '3000000 x'; do
  truncate -s 3000001 "tree/sparse ${hole% *}"
  printf '%s' "${hole#* }" | dd of="tree/sparse ${hole% *}" bs=1 seek="${hole% *}" conv=notrunc status=none
done
truncate -s 9000000000 tree/hole
touch -d '1960-01-01 00:00:00.25' tree/sub/a
touch -d '2100-01-01' tree/sub/b
expect 0 "$CZIP" -r -m "$MODEL2" tree; silent
[ "$(stat -c %s tree.czip)" -lt 10000 ] || fail 'holes are in the archive'
check_tree() {
  [ "$(stat -c '%h %.Y' "$1/tree/a")" = '3 4102444800.000000000' ] || fail "hard links in $1"
  [ "$1/tree/a" -ef "$1/tree/sub/b" ] || fail "other hard links in $1"
  [ "$(readlink "$1/tree/link")" = a ] || fail "a symbolic link in $1"
  [ "$(stat -c %s "$1/tree/hole")" = 9000000000 ] || fail "length of a hole in $1"
  for hole in 0 1000000 3000000; do same "tree/sparse $hole" "$1/tree/sparse $hole"; done
  [ "$(find "$1" -type f -printf '%b\n' | awk '{ n += $1 } END { print n }')" -lt 300 ] || fail "filled holes in $1"
}
expect 0 "$CZIP" -d -m "$MODEL2" -o out tree.czip; silent
check_tree out
[ "$(stat -c %.Y out/tree/sub/a)" = "$(stat -c %.Y tree/sub/a)" ] || fail 'a time before 1970'
expect 0 "$CZIP" -dc -m "$MODEL2" tree.czip >tree.tar
if command -v tar >/dev/null; then
  mkdir tarred
  tar xf tree.tar -C tarred 2>/dev/null || fail 'tar cannot read it'
  check_tree tarred
fi
mkdir copy
cp -a --sparse=always tree copy/tree
expect 0 "$CZIP" -r -c -m "$MODEL2" copy/tree >copy.czip; silent; same copy.czip tree.czip
expect 0 "$CZIP" -r -c -m "$MODEL2" -T1 out/tree >copy.czip; silent; same copy.czip tree.czip
# Links across the roots of one archive.
mkdir -p one two
text 5 >one/a; ln one/a two/a
expect 0 "$CZIP" -r -m "$MODEL2" -o both.czip one two; silent
expect 0 "$CZIP" -d -m "$MODEL2" -o both both.czip; [ both/one/a -ef both/two/a ] || fail 'a link from one root to another'
# With -f, links are replaced together.
expect 0 "$CZIP" -df -m "$MODEL2" -o both both.czip; [ both/one/a -ef both/two/a ] || fail 'links after a merge'

# Extended attributes, only with --xattrs, on both sides.
if python3 -c 'import os, sys
for f in "tree/sub", "tree/z": os.setxattr(f, "user.a=%", f.encode() + b"\0\n=")' 2>/dev/null; then
  attribute() { python3 -c 'import os, sys; print(os.listxattr(sys.argv[1]))' "$1"; }
  expect 0 "$CZIP" -r -c -m "$MODEL2" tree >without.czip; silent; same without.czip tree.czip
  expect 0 "$CZIP" -r --xattrs -m "$MODEL2" -o with.czip tree; silent
  expect 0 "$CZIP" -d --xattrs -m "$MODEL2" -o with with.czip; silent
  for file in sub a z; do
    [ "$(attribute with/tree/$file)" = "['user.a=%']" ] || fail "extended attributes of $file"
  done
  expect 0 "$CZIP" -r --xattrs -c -m "$MODEL2" with/tree >again.czip; silent; same again.czip with.czip
  expect 0 "$CZIP" -d -m "$MODEL2" -o plain with.czip; silent
  [ "$(attribute plain/tree/z)" = '[]' ] || fail 'extended attributes without --xattrs'
fi

# What is no file, folder or link is left out and named; the rest is packed.
mkdir odd
text 5 >odd/a
mkfifo odd/pipe
expect 1 "$CZIP" -rq -m "$MODEL2" odd; one_line; has_error 'odd/pipe: is no file'
expect 0 "$CZIP" -d -m "$MODEL2" -o odd.out odd.czip; silent; [ "$(ls odd.out/odd)" = a ] || fail 'a pipe was packed'
expect 1 "$CZIP" -r -m "$MODEL2" -o roots.czip missing odd/a; one_line; has_error 'missing: cannot read, left out: No such file'
expect 0 "$CZIP" -d -m "$MODEL2" -o roots roots.czip; same roots/a odd/a
expect 1 "$CZIP" -r -m "$MODEL2" -o none.czip missing absent odd/pipe; has_error 'nothing of it can be read'; absent none.czip
# An archive packs neither itself nor the one that it replaces.
mkdir self; text 5 >self/a
expect 0 "$CZIP" -r -m "$MODEL2" -o self/self.czip self; silent
expect 0 "$CZIP" -rf -m "$MODEL2" -o self/self.czip self; silent
expect 0 "$CZIP" -d -m "$MODEL2" -o self.out self/self.czip; [ "$(ls self.out/self)" = a ] || fail 'an archive packed itself'
expect 0 "$CZIP" -rc -m "$MODEL2" self >self/out
expect 0 "$CZIP" -d -m "$MODEL2" -o self.out2 - <self/out; absent self.out2/self/out; present self.out2/self/self.czip

# A tree that changes while it is packed: 8 MB take a while, and more is not read ahead.
size=8000000
head -c $size /dev/urandom >before
# while_packing FOLDER COMMAND: packs it, and runs the command when some of it was read.
while_packing() {
  local tries=0 status=0
  "$CZIP" -1 -T1 -r --no-verify -m "$MODEL2" "$1" 2>.err &
  local pid=$!
  until [ -n "$(find . -maxdepth 1 -name ".$1.czip.czip-*" -size +0)" ]; do
    tries=$((tries + 1))
    [ $tries -lt 6000 ] || fail "nothing of $1 was packed"
    sleep 0.02
  done
  eval "$2"
  wait $pid || status=$?
  [ $status = 1 ] || fail "status $status of packing what changes"
  cp .err errors
  expect 0 "$CZIP" -d -m "$MODEL2" -o "$1.out" "$1.czip"; silent
}
# The errors of packing have this one.
was_told() { grep -qF -- "$1" errors || { cat errors >&2; fail "no error $1"; }; }
mkdir grows shrinks
cp before grows/a
text 3 >grows/b
text 5 >grows/d
while_packing grows 'printf more >>grows/a; rm grows/b'
was_told 'grows/a: became longer while it was read, cut to 8,000,000 bytes'
was_told 'grows/b: cannot read, left out: No such file'
same grows.out/grows/a before
same grows.out/grows/d grows/d
absent grows.out/grows/b
cp before shrinks/a
while_packing shrinks 'truncate -s 100 shrinks/a'
was_told 'shrinks/a: became shorter while it was read, filled up with zeros to 8,000,000 bytes'
[ "$(stat -c %s shrinks.out/shrinks/a)" = $size ] || fail 'length of a file that shrank'
cmp -n 100 shrinks.out/shrinks/a before || fail 'content of a file that shrank'
tail -c 1000 shrinks.out/shrinks/a | tr -d '\0' | cmp - /dev/null || fail 'no zeros in a file that shrank'
clean
