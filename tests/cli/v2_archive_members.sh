# Archives: -l lists members, -d and -t take some of them; their index is checked and can be done without.
source "$(dirname "$0")/v2_common.sh"
mkdir -p tree/sub/deep 'tree/odd names'
text 40 >tree/a.txt
prose 3 90000 >tree/b.txt
prose 4 70000 >tree/sub/c.c
cp tree/b.txt tree/sub/copy.txt          # a copy
ln tree/a.txt tree/sub/deep/linked       # a hard link
ln -s ../a.txt tree/sub/symbolic
: >tree/empty
name=$'new\nline \x1b[31m'
text 3 >"tree/odd names/$name"
text 4 >"tree/odd names/"$'\xff\xfe'
long=$(printf 'n%.0s' $(seq 250))
text 5 >"tree/odd names/$long"
noise 3000 >tree/sub/noise.bin
touch -d '1960-02-03 04:05:06.5' tree/a.txt
touch -d '2042-11-12 13:14:15' tree/empty
chmod 640 tree/b.txt; chmod 750 tree/sub
cp -a tree wanted
same_tree() { diff -r --no-dereference "$1" "$2" >.diff 2>&1 || { cat .diff; fail "$1 and $2 differ"; }; }
attributes() { (cd "$1" && find . ! -name . -printf '%p %y %m %T@ %l\n' | LC_ALL=C sort); }
expect 0 "$CZIP" -1 -r --block-size 64K -m "$MODEL2" tree
[ "$(stat -c %h tree/sub/deep/linked)" = 2 ] || fail 'the test needs hard links'
rm -r tree

# The list needs no model. Odd names cannot steer the terminal.
expect 0 env TZ=UTC "$CZIP" -l tree.czip >list; silent
grep -q '^-rw-r-----        90,000  .*  tree/b\.txt$' list || fail 'a file is not listed'
grep -q '^drwxr-x---             -  .*  tree/sub$' list || fail 'a folder is not listed'
grep -q '^lrwx.*  tree/sub/symbolic -> \.\./a\.txt$' list || fail 'a symbolic link is not listed'
grep -q 'tree/a\.txt link to tree/sub/deep/linked$' list || fail 'a hard link is not listed'
grep -q '1960-02-03 04:05:06  tree/sub/deep/linked$' list || fail 'a time before 1970'
grep -q '2042-11-12 13:14:15  tree/empty$' list || fail 'a late time'
! grep -q "$(printf '\033')" list || fail 'an escape is printed'
grep -q '^15 members of version 1 of 1$' list || fail "not 15 members: $(tail -2 list)"
expect 0 "$CZIP" -l tree.czip 'tree/sub/*' --exclude '*.c' >list
grep -q '^5 members' list || fail "not 5 members: $(tail -2 list)"
expect 0 "$CZIP" -l --json tree.czip >json; valid_json json
grep -q '"path": "tree/sub/c.c"' json || fail 'JSON: path'
grep -q '"path_hex": "747265652f6f6464206e616d65732ffffe"' json || fail 'JSON: a name that is not UTF-8'
grep -q '"modified": "1960-02-03T04:05:06.500000000Z"' json || fail 'JSON: time'

# All of it, and parts of it.
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip; same_tree tree wanted
[ "$(attributes tree)" = "$(attributes wanted)" ] || fail 'permissions, times or links differ'
[ tree/a.txt -ef tree/sub/deep/linked ] || fail 'no hard link'
[ ! tree/b.txt -ef tree/sub/copy.txt ] || fail 'a copy became a hard link'
rm -r tree
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip tree/b.txt; same tree/b.txt wanted/b.txt
[ "$(find tree -type f)" = tree/b.txt ] || fail 'more than was asked for'
[ "$(stat -c '%a %Y' tree/b.txt)" = "$(stat -c '%a %Y' wanted/b.txt)" ] || fail 'attributes of a member'
rm -r tree
# A copy and a link without what they are copies of and lead to; a folder; wildcards; names in a file.
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip tree/sub; same_tree tree/sub wanted/sub; rm -r tree
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip '*.txt' --exclude 'b.*'
[ "$(find tree -type f | LC_ALL=C sort | tr '\n' ' ')" = 'tree/a.txt tree/sub/copy.txt ' ] || fail 'wildcards'
same tree/sub/copy.txt wanted/b.txt; rm -r tree
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip --include '*.c'; same tree/sub/c.c wanted/sub/c.c
[ "$(find tree -type f)" = tree/sub/c.c ] || fail --include
rm -r tree
# Into folders that exist, which stay as they are, where no file does; all of it or nothing. -f replaces.
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip tree/b.txt tree/sub
rm -r tree/b.txt tree/sub/c.c tree/sub/deep; echo mine >tree/sub/noise.bin; echo mine >tree/other; chmod 700 tree/sub
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip tree/b.txt tree/sub/c.c tree/sub/deep; silent
same tree/b.txt wanted/b.txt; same tree/sub/c.c wanted/sub/c.c; same tree/sub/deep/linked wanted/a.txt
rm tree/b.txt tree/sub/c.c
for member in tree/sub 'tree/[bs]*'; do
  expect 1 "$CZIP" -d -m "$MODEL2" tree.czip "$member" --exclude symbolic; one_line
  stderr_has 'tree/sub/[a-z./]* exists and was not overwritten'; absent tree/b.txt tree/sub/c.c
done
expect 1 "$CZIP" -d -m "$MODEL2" tree.czip; one_line; stderr_has 'tree exists and was not overwritten'
rm tree/sub/copy.txt tree/sub/symbolic tree/sub/deep/linked; rmdir tree/sub/deep; mv tree/sub/noise.bin kept.bin
expect 0 "$CZIP" -d -m "$MODEL2" tree.czip tree/sub; silent; same_tree tree/sub wanted/sub
[ "$(cat tree/other)$(stat -c %a tree/sub)" = mine700 ] || fail 'what was there has changed'
rm -r tree/sub; echo mine >tree/sub
expect 1 "$CZIP" -d -m "$MODEL2" tree.czip tree/sub/c.c; one_line; stderr_has 'tree/sub exists'
rm tree/sub; ln -s /tmp tree/sub
expect 1 "$CZIP" -d -m "$MODEL2" tree.czip tree/sub/c.c; one_line; stderr_has 'tree/sub exists'; absent /tmp/c.c
rm tree/sub; mkdir -p tree/sub; mv kept.bin tree/sub/noise.bin
expect 0 "$CZIP" -df -m "$MODEL2" tree.czip tree/sub; same_tree tree/sub wanted/sub
[ "$(stat -c %a tree/sub)" = 750 ] || fail 'permissions with -f'
rm -r tree
printf 'tree/odd names/%s\0tree/empty\0' "$name" >names
expect 0 "$CZIP" -d -m "$MODEL2" --files-from names tree.czip
same "tree/odd names/$name" "wanted/odd names/$name"; present tree/empty
[ "$(find tree -type f -printf x)" = xx ] || fail --files-from
rm -r tree
expect 0 "$CZIP" -t -m "$MODEL2" tree.czip tree/b.txt 'tree/sub/*'
expect 0 "$CZIP" -dc -m "$MODEL2" tree.czip tree/sub >part.tar
mkdir out; tar xf part.tar -C out; same out/tree/sub/c.c wanted/sub/c.c; rm -r out
expect 1 "$CZIP" -d -m "$MODEL2" tree.czip tree/none; one_line; stderr_has 'tree/none'; absent tree
# A name that the archive has is a member, also where there is such a file; any other file is an input of its own.
cp tree.czip kept; mkdir -p tree/sub; cp kept tree/b.txt; cp kept tree/sub/other; : >empty
expect 0 "$CZIP" -df -m "$MODEL2" tree.czip tree/b.txt; silent; same tree/b.txt wanted/b.txt; same tree/sub/other kept
expect 0 "$CZIP" -t -m "$MODEL2" tree.czip tree/sub/other
expect 2 "$CZIP" -t -m "$MODEL2" tree.czip empty; one_line; stderr_has 'empty: '
expect 2 "$CZIP" -l tree.czip empty tree/b.txt >list; grep -q '^15 members' list || fail 'an archive before another input'
expect 0 "$CZIP" -dc -m "$MODEL2" <(cat tree.czip) <(cat tree.czip) >twice; [ -s twice ] || fail 'two pipes'
rm -r tree
"$CZIP" --base64 -c -m "$MODEL2" wanted/b.txt >text.asc
expect 0 "$CZIP" -1 -r --base64 -c -m "$MODEL2" wanted/sub >sub.asc
expect 0 "$CZIP" -d -m "$MODEL2" -o out sub.asc sub/c.c; same out/sub/c.c wanted/sub/c.c; rm -r out
expect 1 "$CZIP" -d --rm -m "$MODEL2" tree.czip tree/b.txt; one_line; present tree.czip; absent tree
# Another input is no member.
cp tree.czip other.czip
expect 0 "$CZIP" -l tree.czip tree/a.txt other.czip >list
[ "$(grep -c '^Mode' list)" = 2 ] || fail 'two archives'
expect 0 "$CZIP" -d -m "$MODEL2" -o out <tree.czip; same_tree out/tree wanted; rm -r out

# Names with wildcards are taken letter by letter, too; what is named twice, or in a folder that is named, comes once.
mkdir -p odd/d; for name in '[x]' x 'a*' ab d/e d/f; do text 2 >"odd/$name"; done
expect 0 "$CZIP" -r -m "$MODEL2" odd
listed() { "$CZIP" -l odd.czip "$@" | sed -n 's/^[-d]r.* //p' | tr '\n' ' '; }
rm -r odd
[ "$(listed 'odd/[x]')" = 'odd/[x] odd/x ' ] || fail 'a name with brackets'
[ "$(listed 'odd/a\*')" = 'odd/a* ' ] || fail 'an escaped star'
[ "$(listed odd/d/ odd/d odd/d/e 'odd/?')" = 'odd/d odd/d/e odd/d/f odd/x ' ] || fail 'names in each other'
expect 1 "$CZIP" -l odd.czip odd/x odd/y/; one_line; stderr_has 'no member that odd/y/ names'
expect 1 "$CZIP" -l odd.czip 'odd/*' 'odd/z*'; one_line; stderr_has 'no member that odd/z. names'

# Plain tar reads it, and the frame's text has no end that would hide what follows.
expect 0 "$CZIP" -dc -m "$MODEL2" tree.czip >whole.tar
mkdir out; tar xf whole.tar -C out 2>&1 | grep -v 'time stamp' >tar_says || true; [ ! -s tar_says ] || fail "tar says: $(cat tar_says)"
same_tree out/tree wanted; rm -r out

# The index: damaged, cut, or of another archive. Then all of it is decoded.
size=$(stat -c %s tree.czip)
cp tree.czip bad.czip; change_bit tree.czip $((size - 200)) bad.czip
expect 0 "$CZIP" -d -o out -m "$MODEL2" bad.czip tree/b.txt; same out/tree/b.txt wanted/b.txt; rm -r out
expect 0 "$CZIP" -d -o out -m "$MODEL2" bad.czip; stderr_has 'index is damaged'; same_tree out/tree wanted; rm -r out
expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line; stderr_has 'repack'
# A member whose block is damaged, and one in another block.
cp tree.czip bad.czip
printf 'damage' | dd of=bad.czip bs=1 seek=3000 conv=notrunc status=none
failed=0
for member in tree/b.txt tree/sub/c.c tree/sub/noise.bin; do
  status=0; "$CZIP" -d -f -o out -m "$MODEL2" bad.czip $member 2>.err || status=$?
  if [ $status = 0 ]; then same out/$member wanted/${member#tree/}; else failed=$((failed + 1)); one_line; fi
done
if [ $failed = 0 ] || [ $failed = 3 ]; then fail "$failed of 3 members could not be extracted"; fi

# Without a usable index, -l needs the model, which -m names; without it, it lists what the file says of itself.
mkdir unnamed
text 9 >unnamed/a
expect 0 "$CZIP" -r -m "$OTHER2" unnamed
rm -r unnamed
head -c -20 unnamed.czip >cut.czip
expect 0 "$CZIP" -lq -m "$OTHER2" cut.czip >list; silent; grep -q ' unnamed/a$' list || fail 'members by -m'
expect 0 "$CZIP" -l cut.czip >list; stderr_has 'members are not listed'; stderr_has 'name that model with -m'
grep -q '^CZIPv2  archive .* cut.czip$' list || fail 'the row without the model'
expect 0 "$CZIP" -l --json cut.czip >list; valid_json list
expect 2 "$CZIP" -l cut.czip unnamed/a >list; one_line; stderr_has 'name that model with -m'
clean
