# Format 2: --salvage gives every undamaged block of a damaged file, in its place, and tells what is lost.
source "$(dirname "$0")/v2_common.sh"
K=65536
# Seventeen blocks of 64 KiB, and a bit. Noise is stored, which takes no time; block 8 is coded.
(noise $((8 * K)); prose 5 $K; noise $((7 * K)); noise 1000) >text
expect 0 "$CZIP" -1 --block-size 64K -m "$MODEL2" text
expect 0 "$CZIP" -l --json text.czip >json; grep -q '"blocks": 17' json || fail 'not 17 blocks'
# Where block N begins in the file: all before block 8 are stored, in 46 + 65536 bytes.
block() { echo $((38 + $1 * (K + 46))); }
# patch FILE OFFSET BYTES: puts bytes there.
patch() { printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
# hole FILE BEGIN END: zeros there, as --salvage puts them.
hole() { dd if=/dev/zero of="$1" bs=64K iflag=count_bytes oflag=seek_bytes count=$(($3 - $2)) seek="$2" conv=notrunc status=none; }
# part FILE OFFSET LENGTH
part() { dd if="$1" bs=64K iflag=skip_bytes,count_bytes skip="$2" count="$3" status=none; }
# salvages WANTED FILE [OPTION...]: gives that text, and status 2.
salvages() {
  local wanted=$1 file=$2
  shift 2
  expect 2 "$CZIP" -dc --salvage -m "$MODEL2" "$@" "$file" >out
  same out "$wanted"
  expect 2 "$CZIP" -t --salvage -m "$MODEL2" "$file"
}

# What is whole is given, with status 0.
expect 0 "$CZIP" -dc --salvage -m "$MODEL2" text.czip >out; silent; same out text

# Three of seventeen blocks damaged: in the payload, in the header, and in both headers' neighbourhood.
cp text.czip bad.czip
patch bad.czip $(($(block 2) + 500)) 'damaged'
patch bad.czip $(($(block 5) + 3)) '\0377'
patch bad.czip $(($(block 7) + 60000)) 'damaged too'
cp text wanted
for n in 2 5 7; do hole wanted $((n * K)) $(((n + 1) * K)); done
salvages wanted bad.czip
for n in 2 5 7; do
  tr -d , <.err >.err2; mv .err2 .err; stderr_has "lost: bytes $((n * K)) to $((n * K + K - 1)) of the text"
done
(part text 0 $((2 * K)); part text $((3 * K)) $((2 * K)); part text $((6 * K)) $K; part text $((8 * K)) $((10 * K))) >wanted
expect 2 "$CZIP" -dc --salvage --skip -m "$MODEL2" bad.czip >out; same out wanted
# Without --salvage nothing is written, and with it a file takes its place as always.
expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; absent bad
expect 2 "$CZIP" -d --salvage -m "$MODEL2" bad.czip; present bad
expect 1 "$CZIP" -d --salvage -m "$MODEL2" bad.czip; stderr_has 'exists'

# The frame header destroyed, the seek table and footer destroyed, and both.
cp text.czip bad.czip; patch bad.czip 0 'XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX'; salvages text bad.czip
size=$(stat -c %s text.czip)
cp text.czip bad.czip; patch bad.czip $((size - 100)) 'XXXXXXXXXXXXXXXX'
salvages text bad.czip
# Then --range works all the same.
part text $((8 * K - 10)) 20 >wanted
expect 0 "$CZIP" -dc --range $((8 * K - 10)):20 -m "$MODEL2" bad.czip >out; same out wanted
patch bad.czip 10 'XXXX'; salvages text bad.czip

# Cut at the end, at the beginning, and in the middle.
head -c $(($(block 3) + 100)) text.czip >bad.czip
(head -c $((3 * K)) text; head -c $(($(stat -c %s text) - 3 * K)) /dev/zero) >wanted
salvages wanted bad.czip
tail -c +$(($(block 3) + 100)) text.czip >bad.czip
cp text wanted; hole wanted 0 $((4 * K)); salvages wanted bad.czip
(head -c $(($(block 3) + 100)) text.czip; tail -c +$(($(block 6) - 99)) text.czip) >bad.czip
cp text wanted; hole wanted $((3 * K)) $((6 * K)); salvages wanted bad.czip
(head -c $(($(block 3) + 100)) text.czip; echo inserted; tail -c +$(($(block 3) + 101)) text.czip) >bad.czip
cp text wanted; hole wanted $((3 * K)) $((4 * K)); salvages wanted bad.czip

# Blocks in another order, doubled, and with those of another file.
(head -c "$(block 1)" text.czip; part text.czip "$(block 4)" $((K + 46))
 part text.czip "$(block 1)" $((4 * (K + 46))); tail -c +$(($(block 5) + 1)) text.czip) >bad.czip
expect 2 "$CZIP" -t -m "$MODEL2" bad.czip
expect 0 "$CZIP" -dc --salvage -m "$MODEL2" bad.czip >out; same out text
tail -c $((5 * K)) text >other
expect 0 "$CZIP" -1 --block-size 64K -m "$MODEL2" other
(head -c "$(block 4)" text.czip; tail -c +39 other.czip) >bad.czip
(head -c $((4 * K)) text; head -c $(($(stat -c %s text) - 4 * K)) /dev/zero; cat other) >wanted
salvages wanted bad.czip

# Several frames: each is on its own. Compact frames have one block.
text 5 >short
expect 0 "$CZIP" -1 -c -m "$MODEL2" short >short.czip
(cat short.czip other.czip short.czip text.czip short.czip) >bad.czip
patch bad.czip $(($(stat -c %s short.czip) + 300)) 'damaged'
patch bad.czip $((2 * $(stat -c %s short.czip) + $(stat -c %s other.czip) + 20)) '\0377'
cat short other short text short >wanted
hole wanted "$(stat -c %s short)" $(($(stat -c %s short) + K))
salvages wanted bad.czip
# Garbage alone has nothing.
rm bad
noise 3000 >bad.czip
expect 2 "$CZIP" -d --salvage -m "$MODEL2" bad.czip; one_line; stderr_has 'nothing'; absent bad

# Archives: intact members are extracted, the others named.
mkdir folder
for n in 1 2 3 4 5 6; do part text $((n * 5000)) 60000 >folder/file$n; done
cp -a folder wanted_folder
expect 0 "$CZIP" -1 --block-size 64K -r -m "$MODEL2" folder
rm -r folder
cp folder.czip bad.czip
patch bad.czip $(($(block 2) + 500)) 'damaged'
for what in folder/file1 '--at 1' '--exclude file1'; do
  # shellcheck disable=SC2086 # an option and its value
  expect 1 "$CZIP" -d --salvage -m "$MODEL2" bad.czip $what; one_line; stderr_has 'leave out members'; absent folder
done
expect 2 "$CZIP" -d --salvage -m "$MODEL2" bad.czip
stderr_has 'folder/file3 is damaged'; stderr_has 'folder/file4 is lost'
[ "$(grep -c 'folder' .err)" = 2 ] || fail 'more is named than what is damaged or lost'
absent folder/file3 folder/file4
for n in 1 5 6; do same folder/file$n wanted_folder/file$n; done
rm -r folder
patch bad.czip 0 'XXXXXXXX'
expect 2 "$CZIP" -d --salvage -m "$MODEL2" -o out_folder bad.czip
stderr_has 'folder/file4 is lost'
for n in 1 5 6; do same out_folder/folder/file$n wanted_folder/file$n; done

# Entries that the reader refuses are named, and the others extracted, the last of a name; --skip changes nothing.
"$HOSTILE" "$MODEL2" odd.czip g:all:records 0:odd/a:first 6:odd/pipe 0:odd/b:second 0:odd/a:again 1:odd/c:odd/b \
  1:odd/d:odd/none 0:../odd/e:outside 2:lonely: 0:odd/f:last
expect 2 "$CZIP" -d -m "$MODEL2" odd.czip; absent odd
for option in --salvage '--salvage --skip'; do
  # shellcheck disable=SC2086
  expect 2 "$CZIP" -d $option -m "$MODEL2" odd.czip
  for name in all odd/pipe odd/d ../odd/e lonely; do stderr_has "$name is damaged and was not extracted"; done
  stderr_has '5 of its entries'
  [ "$(cat odd/a odd/b odd/c odd/f)" = againsecondsecondlast ] || fail 'not what was intact'
  [ "$(find odd | wc -l)" = 5 ] || fail 'more than what was intact'
  absent lonely
  rm -r odd
done

# Of several versions, the newest entry of each path is extracted: nothing is damaged.
mkdir -p folder/sub folder/becomes_file/deep folder/empty
for name in a b becomes_folder sub/c becomes_file/deep/d; do part text 1000 9000 >folder/$name; done
ln folder/b folder/linked; ln -s a folder/symbolic
expect 0 "$CZIP" -1 -a -m "$MODEL2" versions.czip folder
part text 50000 9000 >folder/a; printf x >>folder/b; part text 60000 9000 >folder/sub/new
ln -sf b folder/symbolic; ln -f folder/a folder/sub/c
rm folder/becomes_folder; mkdir folder/becomes_folder; part text 70000 9000 >folder/becomes_folder/e
rm -r folder/becomes_file; part text 80000 9000 >folder/becomes_file
chmod 750 folder/sub; touch -d '2020-01-01' folder/sub folder
expect 0 "$CZIP" -1 -a -m "$MODEL2" versions.czip folder
expect 0 "$CZIP" -d --salvage -o salvaged -m "$MODEL2" versions.czip; silent
tree_of() { (cd "$1" && find . -printf '%p %y %m %T@ %n %l\n' | LC_ALL=C sort); }
diff <(tree_of folder) <(tree_of salvaged/folder) || fail 'versions: not the newest tree'
diff -r --no-dereference folder salvaged/folder || fail 'versions: not the newest content'
[ salvaged/folder/a -ef salvaged/folder/sub/c ] || fail 'versions: no hard link'
cp versions.czip bad.czip; patch bad.czip 60 'damaged'
expect 2 "$CZIP" -d --salvage -o salvaged -f -m "$MODEL2" bad.czip
stderr_has 'folder/empty is lost'; ! grep -q 'becomes_file/deep' .err || fail 'what is gone is not lost'
rm -r folder salvaged
# A link makes no room for itself, nor what is in no folder.
"$HOSTILE" "$MODEL2" odd.czip 0:odd/a:first 1:odd/a:odd/a 0:odd/d/e:second 1:odd/d:odd/d/e 0:odd/a/b:third
expect 2 "$CZIP" -d --salvage -m "$MODEL2" odd.czip
stderr_has '3 of its entries'
[ "$(cat odd/a odd/d/e)" = firstsecond ] || fail 'a link removed what it leads to'
rm -r odd

# A model that is missing is named once, and its text is lost; it is the error where nothing else is left.
prose 7 70000 >foreign
expect 0 "$CZIP" -1 --block-size 64K -m "$OTHER2" foreign
(cat short.czip foreign.czip foreign.czip short.czip) >bad.czip
(cat short; head -c 140000 /dev/zero; cat short) >wanted
salvages wanted bad.czip
[ "$(grep -c 'model of hash' .err)" = 1 ] || fail 'the model is not named once'
stderr_has 'for want of their model'
expect 2 "$CZIP" -dc --salvage -m "$MODEL2" foreign.czip >out; one_line; stderr_has 'name that model with -m'
[ ! -s out ] || fail 'text of a model that is missing'

# Zeros for the lost blocks of a run take no room in a file; in a stream they need leave.
truncate -s 132M zeros
expect 0 "$CZIP" -1 --block-size 64M -m "$MODEL2" zeros
cp zeros.czip bad.czip
patch bad.czip 40 'XX'; patch bad.czip $((38 + 47 + 10)) 'XX'
rm out; expect 2 "$CZIP" -d --salvage -m "$MODEL2" -o out bad.czip; same out zeros
[ $(($(stat -c %b out) * $(stat -c %B out))) -lt 20000000 ] || fail 'no holes'
expect 2 "$CZIP" -dc --salvage -m "$MODEL2" bad.czip >out; stderr_has 'too many for zeros'
expect 2 "$CZIP" -dc --salvage --max-output 132M -m "$MODEL2" bad.czip >out; same out zeros
expect 1 "$CZIP" -d --salvage --max-output 3M -f -m "$MODEL2" -o out bad.czip; stderr_has max-output
rm zeros zeros.czip out wanted

expect 1 "$CZIP" --salvage text; one_line
expect 1 "$CZIP" -d --skip text.czip; one_line
expect 1 "$CZIP" -d --salvage --rm text.czip; one_line
"$CZIP" -c -m "$MODEL" short >v1.czip
expect 2 "$CZIP" -d --salvage -m "$MODEL" v1.czip; one_line; stderr_has CZIPv1
clean
