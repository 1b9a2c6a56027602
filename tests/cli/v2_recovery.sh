# Format 2: --recovery adds data that mend damage, which decompress, test, --salvage and repair use.
source "$(dirname "$0")/v2_common.sh"
(noise 900000; prose 5 $((17 * 65536 - 901000)); noise 900) >text
expect 0 "$CZIP" -1 --block-size 64K --recovery 5 -m "$MODEL2" text
expect 0 "$CZIP" -1 --block-size 64K -c -m "$MODEL2" text >plain.czip
size=$(stat -c %s plain.czip)
head -c "$size" text.czip | cmp - plain.czip
added=$(($(stat -c %s text.czip) - size))
[ $((added * 100)) -lt $((size * 8)) ] || fail "$added bytes of recovery data"
expect 0 "$CZIP" -t -m "$MODEL2" text.czip; silent
# The list shows them.
expect 0 "$CZIP" -l text.czip plain.czip >list; silent
grep -q "^CZIPv2  level 1 .* $(sed ':a;s/\B[0-9]\{3\}\>/,&/;ta' <<<$added) .* text\.czip\$" list || fail "$added bytes: $(cat list)"
grep -q '^CZIPv2  level 1  *17  *-  .* plain\.czip$' list || fail "no recovery data: $(cat list)"
expect 0 "$CZIP" -l --json text.czip plain.czip >list; valid_json list
for bytes in $added 0; do grep -q "\"recovery_bytes\": $bytes,\$" list || fail "$bytes bytes in JSON"; done
# On a stream, too.
expect 0 "$CZIP" -1 --block-size 64K --recovery 5 -c -m "$MODEL2" <text >piped.czip
expect 0 "$CZIP" -t -m "$MODEL2" <piped.czip
# patch FILE OFFSET COUNT: other bytes there.
patch() { head -c "$3" /dev/zero | tr '\0' '\0252' | dd of="$1" bs=4096 seek="$2" oflag=seek_bytes conv=notrunc status=none; }

# mends FILE: decompress gives the text and says why; test tells the damage; repair writes the whole file.
mends() {
  expect 0 "$CZIP" -dc -m "$MODEL2" "$1" >out; same out text; stderr_has mended
  expect 2 "$CZIP" -t -m "$MODEL2" "$1"; one_line; stderr_has 'repair'
  rm -f bad bad.repaired.czip
  expect 0 "$CZIP" repair "$1"; same bad.repaired.czip text.czip
}
# Three of seventeen blocks.
cp text.czip bad.czip
for n in 2 5 7; do patch bad.czip $((38 + n * 65582 + 30000)) 10000; done
mends bad.czip
expect 0 "$CZIP" -d -m "$MODEL2" bad.czip; same bad text; rm bad
expect 0 "$CZIP" -dc --range 200000:1000 -m "$MODEL2" bad.czip >out
dd if=text bs=1000 skip=200 count=1 status=none | cmp - out
# A burst of 5 % at the beginning, with the header, and at the end of what is covered.
cp text.czip bad.czip; patch bad.czip 0 $((size / 20)); mends bad.czip
cp text.czip bad.czip; patch bad.czip $((size - size / 20)) $((size / 20)); mends bad.czip
# Bytes lost and added.
(head -c 400000 text.czip; tail -c +400100 text.czip) >bad.czip; mends bad.czip
(head -c 400000 text.czip; echo added; tail -c +400001 text.czip) >bad.czip; mends bad.czip
# The recovery data themselves damaged or cut: the text is whole.
cp text.czip bad.czip; patch bad.czip $((size + 3000)) 500
expect 0 "$CZIP" -dc -m "$MODEL2" bad.czip >out; same out text; stderr_has 'recovery data are damaged'
expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line
expect 0 "$CZIP" repair -o mended.czip bad.czip; same mended.czip text.czip
head -c $((size + added / 2)) text.czip >bad.czip
expect 0 "$CZIP" -dc -m "$MODEL2" bad.czip >out; same out text

# Too much: no text is given out, and --salvage mends and recovers what it can.
cp text.czip bad.czip; patch bad.czip 100000 $((size / 4))
expect 2 "$CZIP" -d -m "$MODEL2" bad.czip; absent bad
expect 2 "$CZIP" repair -f bad.czip; one_line; stderr_has salvage
expect 2 "$CZIP" -d --salvage -m "$MODEL2" bad.czip; present bad; rm bad
expect 2 "$CZIP" repair plain.czip; one_line; stderr_has 'no recovery data'
absent plain.repaired.czip
rm -f text.repaired.czip
expect 0 "$CZIP" repair text.czip; stderr_has 'nothing to mend'; absent text.repaired.czip

# Archives and short texts.
mkdir folder; text 5 >folder/a; noise 100000 >folder/b; cp -a folder wanted
expect 0 "$CZIP" -1 -r --recovery 10 -m "$MODEL2" folder
rm -r folder
patch folder.czip 3 1500
expect 0 "$CZIP" -d -m "$MODEL2" folder.czip; diff -r folder wanted
expect 0 "$CZIP" -1 --recovery 20 -c -m "$MODEL2" wanted/a >a.czip
patch a.czip 5 1
expect 0 "$CZIP" -dc -m "$MODEL2" a.czip >out; same out wanted/a

# Files in a row: the second one's beginning is damaged, which without recovery data would be garbage; or the first
# one's record, behind which the reader finds the second. A file within an archive is not mended in place of it.
expect 0 "$CZIP" -1 --recovery 20 -c -m "$MODEL2" wanted/a >a.czip
length=$(stat -c %s a.czip)
cat a.czip text.czip >row.czip; cat wanted/a text >row
cp row.czip bad.czip; patch bad.czip "$length" 20
expect 0 "$CZIP" -dc -m "$MODEL2" bad.czip >out; same out row; stderr_has mended
expect 2 "$CZIP" -t -m "$MODEL2" bad.czip; one_line; stderr_has repair
rm -f bad; expect 0 "$CZIP" -d -m "$MODEL2" bad.czip; same bad row
cp row.czip bad.czip; patch bad.czip $((length - 50)) 4; patch bad.czip $((length + 38 + 5000)) 1000
expect 0 "$CZIP" repair -f bad.czip; same bad.repaired.czip row.czip
expect 0 "$CZIP" -1 -c -m "$MODEL2" wanted/a >front.czip
cat front.czip text.czip >row.czip; cp row.czip bad.czip; patch bad.czip 40000 1000
expect 0 "$CZIP" repair -f bad.czip; same bad.repaired.czip row.czip
cp text.czip row; rm -f row.czip
expect 0 "$CZIP" -1 -c -m "$MODEL2" row >row.czip
patch row.czip 500000 100
expect 2 "$CZIP" -d -f -m "$MODEL2" row.czip; same row text.czip
expect 2 "$CZIP" repair -o out.czip row.czip; one_line; stderr_has 'no recovery data'; absent out.czip

# Limits: of the mended file, and of memory. Headers that claim much take neither.
cp text.czip bad.czip; patch bad.czip 100000 2000
expect 1 "$CZIP" repair --max-output 100K -o out.czip bad.czip; one_line; stderr_has --max-output; absent out.czip
expect 1 "$CZIP" repair -M 1M -o out.czip bad.czip; one_line; stderr_has '-M LIMIT'; absent out.czip
expect 1 "$CZIP" -dc -M 1M -m "$MODEL2" bad.czip >out; one_line
expect 0 "$CZIP" repair --max-output 10M -M 64M -o out.czip bad.czip; same out.czip text.czip

for percent in 101 -1 x ''; do expect 1 "$CZIP" -c --recovery "$percent" -m "$MODEL2" text; one_line; done
expect 1 "$CZIP" -c --recovery 5 -m "$MODEL" text; one_line; stderr_has 'format 2'
clean
