# Archives that no czip writes: refused by name, with nothing left behind, or made harmless.
source "$(dirname "$0")/v2_common.sh"

hostile() { "$HOSTILE" "$MODEL2" bad.czip "$@"; }
extract() { expect "$1" "$CZIP" -d -m "$MODEL2" -o "${@:2}" bad.czip; }
# refuse PATTERN ENTRY...: the error matches, and nothing appears.
refuse() {
  hostile "${@:2}"
  extract 2 bad; one_line; stderr_has "$1"
  absent bad escaped /tmp/czip-escaped
  clean
}
# accept ENTRY...: extracted to "good".
accept() {
  rm -rf good
  hostile "$@"
  extract 0 good; silent
}

# Paths.
refuse 'stay in its folder' 0:/tmp/czip-escaped:x
refuse 'stay in its folder' 0:../escaped:x
refuse 'stay in its folder' 0:a/../../escaped:x
refuse 'stay in its folder' 5:..
refuse 'stay in its folder' 5:.
refuse 'stay in its folder' 0::x
refuse 'stay in its folder' 0:fine:x 2:/tmp/czip-escaped:x
refuse 'stay in its folder' x:path=../escaped 0:a:x
refuse 'stay in its folder' 0,prefix=..:escaped:x
refuse 'record path has a value' 'x:path=a\0b' 0:a:x
refuse 'record linkpath has a value' 'x:linkpath=a\0b' 2:a:x
refuse 'name of a folder' 0:a/:x
refuse 'more than 4,095 bytes' "x:path=$(printf "$(printf 'd%.0s' $(seq 203))/%.0s" $(seq 20))$(printf 'd%.0s' $(seq 16))" 0:a:x
accept "x:path=$(printf "$(printf 'd%.0s' $(seq 203))/%.0s" $(seq 20))$(printf 'd%.0s' $(seq 15))" 0:a:x
hostile "x:path=$(printf 'd%.0s' $(seq 256))" 0:a:x
extract 1 bad; one_line; stderr_has 'cannot create ddd'; absent bad
accept $'0:new\nline:x' $'0:\x1b[31m:y'
[ "$(cat $'good/new\nline')" = x ] || fail 'a name of two lines'

# Two entries of one name, and names inside of what is no folder.
refuse twice 0:a:x 0:a:y
refuse twice 0:a:x 0:./a:y
refuse twice 5:a 5:a
refuse twice 5:a 5:a/ 0:a/b:x
refuse twice 5:a 0:a/b:x 5:./a//
refuse twice 2:a:/tmp 5:a
refuse twice 2:a:b 2:a:c
refuse twice 0:a:x 5:a
refuse twice 5:a 0:a:x
refuse twice 5:a 2:a:x
refuse twice 0:a:x 0:b:x 1:b:a
refuse 'in no folder' 2:a:.. 0:a/escaped:x
refuse 'in no folder' 2:a:/tmp 0:a/czip-escaped:x
refuse 'in no folder' 2:a:/tmp 5:a/czip-escaped
refuse 'in no folder' 5:b 2:b/a:/tmp 2:b/a/czip-escaped:x
refuse 'in no folder' 0:a:x 0:a/b:x

# Hard links lead to an earlier file of the archive, and through no link.
accept 0:a:x 1:b:a 5:d 1:d/c:./b
[ "$(stat -c %h good/d/c)" = 3 ] || fail 'hard links'
refuse 'no earlier file' 1:b:a 0:a:x
refuse 'no earlier file' 1:b:b
refuse 'no earlier file' 5:a 1:b:a
refuse 'no earlier file' 2:a:/etc/passwd 1:b:a
refuse 'no earlier file' 2:a:/etc 1:b:a/passwd
refuse 'no earlier file' 0:a:x 1:b:a/x
refuse 'stay in its folder' 1:b:/etc/passwd
refuse 'stay in its folder' 1:b:../x
refuse 'stay in its folder' 1:b
refuse 'has content' 0:a:x 1,size=00000001000:b:a
refuse 'no or too many' 2:a

# Other kinds of entries.
refuse 'character device' 3:device
refuse 'block device' 4:device
refuse 'a pipe' 6:pipe
refuse 'contiguous' 7:a:x
refuse 'incremental' 'D:a:Yb\0'
refuse 'another volume' M:a:x
refuse 'old GNU tar' N:a:x
refuse 'sparse file of an old' S:a:x
refuse 'a volume' V:a
refuse 'for all entries' 'g:a:13 size=1234'
for type in 8 9 A B I Q X Z a y; do refuse "of type .$type" "$type:a:x"; done
refuse 'has content' 5:a:x
accept L:././@LongLink:long 0:short:x
[ "$(cat good/long)" = x ] || fail 'a long name'
refuse 'stay in its folder' L:././@LongLink:../escaped 0:short:x

# Damage of headers and records.
refuse 'checksum' 0,sum=000000:a:x
refuse 'another format' 0,magic=nothing:a:x
refuse 'no number' 0,size=0000000000x:a
refuse 'no number' 0,mode=99:a
refuse 'no number' 0,mtime=-1:a
refuse 'ends within' 0,size=00000010000:a:x
refuse 'ends within' 0,size=77777777777:a:x
refuse 'longer than any file' x:size=9223372036854775808 0:a:x
refuse 'ends within' x:size=9223372036854775807 0:a:x
refuse 'record size' x:size=99999999999999999999 0:a:x
refuse 'record size' x:size=-1 0:a:x
refuse 'record mtime' x:mtime=1.x 0:a:x
refuse 'record mtime' x:mtime=99999999999999999999 0:a:x
refuse 'after an entry.s records' x:mtime=1
refuse 'two sets' x:mtime=1 X x:mtime=2 0:a:x
refuse 'wrong lengths' 'x,size=00000000003:r:abc' 0:a
refuse 'bytes of records' 'x,size=00004000001:r:x' 0:a:x
refuse 'bytes of records' 'L,size=77777777777:r:x' 0:a:x
accept x:mtime=-1.5 x:atime=1 x:comment=hello x:uid=5 0:a:x
[ "$(stat -c %.Y good/a)" = -1.500000000 ] || fail "a time before 1970: $(stat -c %.Y good/a)"

# Sparse files.
sparse() { # sparse SIZE MAP CONTENT
  head -c 512 /dev/zero >map
  printf '%b' "$2" | dd of=map conv=notrunc status=none
  { cat map; printf '%s' "$3"; } >content
  printf '%0*o' 11 "$(stat -c %s content)" >size
  head -c $(((512 - $(stat -c %s content) % 512) % 512)) /dev/zero >>content
  "$HOSTILE" "$MODEL2" bad.czip x:GNU.sparse.major=1 x:GNU.sparse.minor=0 x:GNU.sparse.name=a \
    "x:GNU.sparse.realsize=$1" "0,size=$(cat size):GNUSparseFile.0/a" @content
}
refuse_sparse() {
  sparse "${@:2}"
  extract 2 bad; one_line; stderr_has "$1"
  absent bad
}
for size in 1048576 1048577 8; do # a hole at the end, in the middle, none
  rm -rf good
  sparse "$size" "2\n0\n3\n$((size - 3))\n3\n" abcdef
  extract 0 good; silent
  [ "$(stat -c %s good/a)" = "$size" ] || fail 'length of a sparse file'
  [ "$(tr -d '\0' <good/a)" = abcdef ] || fail 'content of a sparse file'
done
for map in '1\n0\n4\n' '2\n0\n4\n1048576\n0\n' '1\n512\n4\n'; do
  rm -rf good
  sparse 1048576 "$map" data
  extract 0 good; silent
  [ "$(stat -c %s good/a)" = 1048576 ] || fail 'length of a sparse file that ends in a hole'
  [ "$(stat -c %b good/a)" -lt 64 ] || fail 'a hole is filled'
done
rm -rf good
sparse 1048576 '0\n' ''
extract 0 good; [ "$(stat -c %s good/a)" = 1048576 ] || fail 'length of a hole'
refuse_sparse 'map of holes' 10 '1\n8\n4\n' data
refuse_sparse 'map of holes' 100 '2\n8\n4\n10\n2\n' datada
refuse_sparse 'map of holes' 100 '1\n8\n5\n' data
refuse_sparse 'map of holes' 100 '1\n8\n3\n' data
refuse_sparse 'map of holes' 100 '2\n8\n4\n' data
refuse_sparse 'map of holes' 100 '1\n-8\n4\n' data
refuse_sparse 'map of holes' 100 '1\n18446744073709551615\n4\n' data
refuse_sparse 'map of holes' 100 '1\n9223372036854775807\n9223372036854775807\n' data
refuse_sparse 'map of holes' 100 '99999999999999999999999\n' data
refuse_sparse 'more than 1,048,576 parts' 100 '1048577\n' data
refuse_sparse 'longer than any file' 9223372036854775808 '0\n' ''
refuse 'GNU.sparse.map' x:GNU.sparse.map=0,1 0:a:x
refuse 'GNU.sparse.major' x:GNU.sparse.major=2 0:a:x
refuse 'no file but has content' x:GNU.sparse.major=1 x:GNU.sparse.name=a 5:a

# Permissions: no special bits. A folder without rights for its owner holds files all the same.
accept s:setuid:x 2:up:../.. 0:./a//b:y
[ "$(stat -c %a good/setuid)" = 755 ] || fail 'a set-user-id file'
[ "$(cat good/a/b)" = y ] || fail 'a path with dots'
[ "$(readlink good/up)" = ../.. ] || fail 'a symbolic link'
accept 5,mode=0000000:a 0:a/b:x 5,mode=0000555:a/c 0:a/c/d:x
chmod -R u+rwx good
[ "$(cat good/a/c/d)" = x ] || fail 'a folder without permissions'

# Nothing of it, or all: the last entry is refused, and a good archive is not.
mapfile -t entries < <(seq 200 | sed 's/.*/0:f&:x/')
refuse twice "${entries[@]}" 0:f1:x
hostile
extract 0 nothing
[ -z "$(ls -A nothing)" ] || fail 'an empty archive holds something'
clean

# Deep paths, which need no more descriptors than shallow ones, are made and removed.
for i in 1 2; do
  printf '%s\n' "x:path=$i/$(printf 'd/%.0s' $(seq 500))f" 0:a:x
done >entries
mapfile -t entries <entries
ulimit -n 100
accept "${entries[@]}"
refuse twice "${entries[@]}" "${entries[0]}" 0:a:x
